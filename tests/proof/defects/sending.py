"""Defects of sending: what is written down before it, what an ending is taken for, when it is repeated."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from bot.errors import GatewayError, OutcomeUnknown, Unreachable
from bot.gateways.answers import shop_error
from bot.journal import Journal
from bot.operations import Outcome, Performer, Task
from bot.resolutions.payout import Payout
from store.models import Operation
from store.terms import OperationState
from tests.proof.defects.defect import Defect

JOURNAL, CLAIMS = "tests/bot/test_journal.py", "tests/bot/test_journal_claims.py"
ONCE, MONEY = "tests/bot/desk/test_safety_once.py", "tests/bot/desk/test_safety_money.py"
SETTLING, STRIPE = "tests/bot/desk/test_settling.py", "tests/bot/desk/test_paying_through_stripe.py"
ANSWERS = "tests/bot/gateways/test_shop_refunds.py"


def send_unwritten(_mark: Any, journal: Journal, operation: Operation, baseline: Mapping[str, Any]) -> bool:
    """Only this worker knows that it sends; what it knows dies with it."""
    now = journal.clock()
    operation.attempt += 1
    operation.sent_at, operation.quiet_until = now, now + journal.pace.quiet
    operation.baseline = dict(baseline) or operation.baseline
    return True


def call_it_failed(
    _unknown: Any, journal: Journal, operation: Operation, performer: Performer, error: OutcomeUnknown
) -> None:
    """No answer is taken for no refund."""
    outcome = Outcome(OperationState.REFUSED, message="The answer was: {text}", values={"text": error.detail})
    journal._finish(operation, performer, outcome)


def new_key(_key: Any, task: Task, payout: Payout) -> str:
    """A key per call, as Stripe's library makes one where none is given."""
    return f"op:{payout.operation}:refund:v{task.attempt}-{token_hex(8)}"


def new_reference(reason: Any, reference: str, words: str) -> str:
    """Each request calls itself by another name."""
    return str(reason(f"{reference}-{token_hex(3)}", words))


def retry_after_500(write_error: Any, answer: Any, proves: Any) -> GatewayError:
    """An error of the server sounds like something to try again."""
    if answer.status == 500 and shop_error(answer) is not None:
        return Unreachable("the shop stumbled", code="http_500")
    error: GatewayError = write_error(answer, proves)
    return error


def never_wait(_is_quiet: Any, _journal: Journal, _operation: Operation) -> bool:
    """What is missing now is missing for good."""
    return True


def repeat_by_itself(request: Any, api: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    """The client means well: what got no answer is asked for once more, newly signed."""
    try:
        return request(api, method, *args, **kwargs)
    except OutcomeUnknown:
        return request(api, method, *args, **kwargs)


def mark_only_meta(_reason: Any, _reference: str, words: str) -> str:
    """The customer's words alone; the operation still stands in the meta data."""
    return " ".join(words.split())


SENDING = (
    Defect(
        "M1",
        "R1: never two refunds for one click",
        "The intent to send is not committed before the first byte, so a dead worker leaves no trace.",
        "Medusa removes the refund's row when the provider call fails (medusajs/medusa issue 16681).",
        {"bot.journal:Journal._mark_sending": send_unwritten},
        (
            f"{JOURNAL}::test_the_intent_to_send_is_committed_before_the_send",
            f"{ONCE}::test_a_worker_that_dies_after_asking_a_slow_bank_is_not_followed_by_one_that_asks_again",
        ),
    ),
    Defect(
        "M2",
        "R1: never two refunds for one click",
        "A timeout is called a failure, which frees the slot for a second decision.",
        "A refund cut off at 5,000 ms was done at Stripe, not recorded (proudcity/wp-proudcity issue 2738).",
        {"bot.journal:Journal._unknown": call_it_failed},
        (
            f"{ONCE}::test_an_answer_that_is_lost_leaves_no_room_for_a_second_decision",
            f"{SETTLING}::test_an_answer_lost_after_the_refund_is_not_refunded_again",
        ),
    ),
    Defect(
        "M3",
        "R1: never two refunds for one click",
        "Each repeat of a request to Stripe carries a new idempotency key.",
        "Medusa's key was the id of a row that a failure removed (medusajs/medusa issue 16681).",
        {"bot.resolutions.payout:_key": new_key},
        (
            f"{ONCE}::test_a_request_that_stripe_takes_up_after_we_stopped_waiting_is_repeated_under_the_same_key",
            f"{STRIPE}::test_an_error_that_stripe_keeps_under_the_key_pays_once_after_a_day_under_a_new_one",
        ),
    ),
    Defect(
        "M3b",
        "R1: never two refunds for one click",
        "Each request to the shop carries a new reference, so that none is found again.",
        "WooCommerce's Stripe plugin sends refunds without a key, and two of them cannot be told apart.",
        {"bot.gateways.refunds:reason": new_reference},
        (
            f"{ONCE}::test_a_lost_answer_is_looked_for_and_the_request_is_not_made_again",
            f"{SETTLING}::test_the_reference_opens_the_reason_in_the_shop",
        ),
    ),
    Defect(
        "M5",
        "R1: never two refunds for one click",
        "An error 500 of the shop is taken as safe to send again.",
        "One code and HTTP 500 stand for a refusal and for a bank whose answer got lost (WooCommerce 10.5).",
        {"bot.gateways.client:_write_error": retry_after_500},
        (f"{ONCE}::test_an_error_500_of_a_shop_whose_bank_pays_later_is_not_answered_by_a_second_request",),
    ),
    Defect(
        "M6",
        "R1: never two refunds for one click",
        "Nothing found a moment after a timeout counts as proof that nothing will come.",
        "A refund timed out at 30 s and was done all the same (gopaycommunity/gopay-php-api issue 34).",
        {"bot.journal:Journal._is_quiet": never_wait},
        (
            f"{ONCE}::test_a_bank_that_pays_after_five_minutes_is_not_asked_a_second_time",
            f"{JOURNAL}::test_nothing_found_in_the_quiet_period_is_no_proof",
        ),
    ),
    Defect(
        "M9",
        "R1: never two refunds for one click",
        "The HTTP client repeats a refund request by itself when it gets no answer.",
        "Slack's own client resends a POST after a reset, and posts twice (slackapi/python-slack-sdk).",
        {"bot.gateways.client:ShopApi._API__request": repeat_by_itself},
        (
            f"{ONCE}::test_a_lost_answer_is_looked_for_and_the_request_is_not_made_again",
            f"{ANSWERS}::test_any_other_ending_is_in_doubt_and_nothing_is_sent_again",
        ),
    ),
    Defect(
        "M10",
        "R1: never two refunds for one click",
        "The marker stands in the meta data alone, which the shop writes after the money has moved.",
        "A shop that dies in between keeps the row without meta data (WooCommerce 10.5, gateway_php_fatal).",
        {"bot.gateways.refunds:reason": mark_only_meta},
        (
            f"{ONCE}::test_a_shop_that_dies_before_it_writes_meta_data_is_understood_by_its_reason",
            f"{SETTLING}::test_an_answer_lost_after_the_refund_is_not_refunded_again",
        ),
    ),
)
