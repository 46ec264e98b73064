"""Facts of the real servers, where each is published, and which test holds the sandbox to it.

Whoever makes a fake kinder than its server has to take a row out of this table.
"""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WOOCOMMERCE = "github.com/woocommerce/woocommerce"
WEBHOOK = f"{WOOCOMMERCE} class-wc-webhook.php"
REFUND = f"{WOOCOMMERCE} wc-order-functions.php (wc_create_refund)"
PLUGIN = "github.com/woocommerce/woocommerce-gateway-stripe"
KEYS = "docs.stripe.com/api/idempotent_requests"
RACES, HOOKS = "shop/test_shop_races.py", "shop/test_shop_webhooks.py"
ORDERS, REPLACEMENTS = f"{WOOCOMMERCE} Version3 orders controller", "shop/test_shop_replacements.py"
IDEMPOTENCY, REFUNDS = "stripe/test_stripe_idempotency.py", "stripe/test_stripe_refunds.py"
CLICKS, EVENTS, WEB = (f"slack/test_slack_{name}.py" for name in ("clicks", "events", "web_api"))

# The fact, its address, the file and the test.
FACTS = (
    (
        "The row is saved before the money moves, meta data come last",
        REFUND,
        RACES,
        "test_while_the_gateway_works_the_record_is_there_without_meta_data",
    ),
    (
        "What is left behind when PHP dies between two steps",
        REFUND,
        RACES,
        "test_what_a_refund_leaves_behind_when_it_goes_wrong",
    ),
    (
        "A refusal of the gateway deletes the row",
        REFUND,
        RACES,
        "test_a_record_disappears_when_its_gateway_refuses_in_the_end",
    ),
    (
        "The gateway may have paid all the same, later",
        f"{PLUGIN} class-wc-stripe-api.php",
        RACES,
        "test_a_late_payment_comes_by_itself",
    ),
    (
        "There is no key: the same request twice is two refunds",
        REFUND,
        RACES,
        "test_the_same_request_twice_is_two_refunds",
    ),
    (
        "The check of the amount takes no lock",
        REFUND,
        RACES,
        "test_full_refunds_at_once_pay_the_order_back_twice",
    ),
    (
        "A second full refund sent later is refused",
        REFUND,
        RACES,
        "test_a_second_full_refund_sent_later_is_refused",
    ),
    (
        "A client that gives up does not stop PHP",
        REFUND,
        RACES,
        "test_a_client_that_gives_up_does_not_stop_the_refund",
    ),
    (
        "Every failure is a 500 of one code",
        f"{WOOCOMMERCE} Version3 refunds controller",
        "shop/test_shop_recordings.py",
        "test_the_shop_answers_as_recorded",
    ),
    (
        "A new order is saved as pending before it gets its status",
        ORDERS,
        REPLACEMENTS,
        "test_what_a_new_order_leaves_behind_when_it_goes_wrong",
    ),
    (
        "A refused coupon leaves a draft behind",
        ORDERS,
        REPLACEMENTS,
        "test_a_refused_coupon_leaves_a_child_behind_that_carries_its_mark",
    ),
    (
        "On-hold takes stock and cannot be paid",
        f"{WOOCOMMERCE} wc-stock-functions.php (wc_maybe_reduce_stock_levels)",
        REPLACEMENTS,
        "test_an_order_on_hold_holds_its_units_and_cannot_be_paid",
    ),
    (
        "Stock is taken once for an order, whatever statuses follow",
        f"{WOOCOMMERCE} wc-stock-functions.php (wc_maybe_reduce_stock_levels)",
        REPLACEMENTS,
        "test_processing_after_on_hold_takes_nothing_twice_and_mails_once",
    ),
    (
        "Cancelling gives stock back once",
        f"{WOOCOMMERCE} wc-stock-functions.php (wc_maybe_increase_stock_levels)",
        REPLACEMENTS,
        "test_cancelling_gives_back_once",
    ),
    (
        "The plugin copies the reason into the refund's metadata",
        f"{PLUGIN} class-wc-stripe-api.php",
        REFUNDS,
        "test_the_plugin_of_the_shop_carries_its_reason_in_the_metadata",
    ),
    (
        "It cuts a long one",
        f"{PLUGIN} class-wc-stripe-api.php",
        REFUNDS,
        "test_the_plugin_cuts_a_long_reason_but_keeps_its_beginning",
    ),
    (
        "It sends refunds without a key: two calls are two refunds",
        f"{PLUGIN} class-wc-stripe-api.php",
        IDEMPOTENCY,
        "test_two_equal_refunds_without_a_common_key_are_two_refunds",
    ),
    (
        "A second row appears for the same money",
        f"{PLUGIN}/issues/838 and /2724",
        RACES,
        "test_a_phantom_record_books_money_that_never_moved",
    ),
    (
        "The same key gets the same answer",
        KEYS,
        IDEMPOTENCY,
        "test_the_same_request_under_the_same_key_is_answered_from_memory",
    ),
    (
        "Other parameters under a key are refused",
        KEYS,
        IDEMPOTENCY,
        "test_other_parameters_under_the_same_key_are_refused",
    ),
    ("A key in use is 409", KEYS, IDEMPOTENCY, "test_a_key_in_use_is_answered_with_409"),
    (
        "A 500 is kept, though nothing happened",
        "docs.stripe.com/error-low-level",
        IDEMPOTENCY,
        "test_a_500_before_the_effect_is_kept_and_nothing_ever_happens_under_that_key",
    ),
    (
        "A 500 is kept, though the money moved",
        "docs.stripe.com/error-low-level",
        IDEMPOTENCY,
        "test_a_500_after_the_effect_is_kept_and_the_money_has_moved_once",
    ),
    ("A failed validation is not kept", KEYS, IDEMPOTENCY, "test_a_failed_validation_is_not_kept"),
    ("A 429 is not kept", "docs.stripe.com/error-low-level", IDEMPOTENCY, "test_a_429_is_not_kept"),
    ("A key protects for a day", KEYS, IDEMPOTENCY, "test_a_key_protects_for_a_day_and_no_longer"),
    (
        "Refunds may be pending",
        "docs.stripe.com/changelog/basil/2025-04-30/refund-pending-reason",
        REFUNDS,
        "test_a_pending_refund_holds_its_money_and_tells_why",
    ),
    (
        "They may come back",
        f"{PLUGIN}/issues/4405",
        REFUNDS,
        "test_a_refund_that_comes_home_can_be_made_again",
    ),
    (
        "A card refund is told by charge.refunded, not by refund.updated",
        "github.com/HiEventsDev/hi.events/issues/1067",
        "stripe/test_stripe_webhooks.py",
        "test_a_payment_and_its_refund_tell_their_story",
    ),
    (
        "No failed delivery is sent again; after more than five failures none is; 2xx, 301 and 302 reset",
        WEBHOOK,
        HOOKS,
        "test_failures_are_counted_as_recorded_and_the_seventh_switches_off",
    ),
    (
        "The body is made when it is sent",
        WEBHOOK,
        HOOKS,
        "test_three_quick_changes_are_one_delivery_with_the_last_state",
    ),
    (
        "Deliveries of one second share their id",
        WEBHOOK,
        HOOKS,
        "test_two_deliveries_of_one_second_share_their_id",
    ),
    ("The first ping is an unsigned form", WEBHOOK, HOOKS, "test_the_ping_is_a_form_without_a_signature"),
    (
        "A signature has no date and verifies for ever",
        WEBHOOK,
        HOOKS,
        "test_webhooks_come_five_times_and_again_a_month_later_byte_for_byte",
    ),
    (
        "Deliveries come twice",
        f"{WOOCOMMERCE}/issues/22087 and /28329",
        HOOKS,
        "test_a_shop_may_deliver_twice_and_in_another_order",
    ),
    (
        "Events come again with retry headers",
        "docs.slack.dev/apis/events-api",
        EVENTS,
        "test_an_event_is_tried_again_until_the_app_answers",
    ),
    (
        "Two clicks are two interactions",
        "github.com/slackapi/bolt-js/issues/822 and /1104",
        CLICKS,
        "test_two_clicks_are_two_interactions_each_with_its_own_trigger",
    ),
    (
        "An acknowledgement after three seconds is too late",
        "docs.slack.dev/interactivity/handling-user-interaction",
        CLICKS,
        "test_a_late_ack_is_noticed_by_slack_and_shown_to_the_person",
    ),
    (
        "Posts are limited per channel",
        "docs.slack.dev/apis/web-api/rate-limits",
        WEB,
        "test_posts_to_one_channel_are_limited_to_about_one_a_second",
    ),
    (
        "Other methods are limited per workspace",
        "docs.slack.dev/apis/web-api/rate-limits",
        WEB,
        "test_updates_are_limited_for_the_whole_workspace",
    ),
)


@pytest.mark.parametrize(("fact", "address", "file", "name"), FACTS, ids=[row[0] for row in FACTS])
def test_each_fact_has_its_address_and_its_test(fact: str, address: str, file: str, name: str) -> None:
    body = ast.parse((HERE / file).read_text()).body
    tests = [one.name for one in body if isinstance(one, ast.FunctionDef)]
    assert name in tests, fact
    assert "." in address
