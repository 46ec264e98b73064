"""The sandbox's shop answers as a real one did: every recording is replayed or accounted for."""

import pytest

from tests.sandbox.shop import stories_orders, stories_refunds, stories_rest
from tests.sandbox.shop.bench import RECORDINGS, Bench, Story

STORIES = (*stories_refunds.STORIES, *stories_orders.STORIES, *stories_rest.STORIES)

# Recordings of several requests at once: the test that stands for each.
STUDIES = {
    "auth_oauth1_plain_http": "test_shop_keys",
    "concurrent_refunds": "test_shop_races",
    "order_while_gateway_is_working": "test_shop_races",
    "refunds_list_while_gateway_is_working": "test_shop_races",
    "coupon_redemption": "test_shop_studies",
    "date_filters": "test_shop_studies",
    "orders_list_search_short_number": "test_shop_studies",
    "restock_cases": "test_shop_studies",
    "webhook_delivery_action_woocommerce_order_refunded": "test_shop_webhooks",
    "webhook_delivery_order_deleted": "test_shop_webhooks",
    "webhook_delivery_order_updated_after_refund": "test_shop_webhooks",
    "webhook_failures": "test_shop_webhooks",
    "webhook_ping": "test_shop_webhooks",
    "mixed_orders": "test_shop_mixed_orders",
}

NOT_REPLAYED = {
    "index": "a list of the other files",
    "timings": "the sandbox does not imitate speed",
    "order_get_expand": "_embed is not imitated; nobody asks for it",
    "concurrent_coupon_create": "the real race is lost once in 25 bursts; here creations take turns",
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_shop_answers_as_recorded(bench: Bench, story: Story) -> None:
    for step in story.steps:
        if isinstance(step, str):
            bench.replay(step)
        else:
            step(bench)


def test_every_recording_is_replayed_or_has_a_reason() -> None:
    told = {name for story in STORIES for name in story.recordings()}
    known = told | stories_rest.INSIDE | stories_refunds.INSIDE | STUDIES.keys() | NOT_REPLAYED.keys()
    assert {path.stem for path in RECORDINGS.glob("*.json")} - known == set()


def test_nothing_is_claimed_twice_or_without_a_file() -> None:
    told = {name for story in STORIES for name in story.recordings()}
    inside = stories_rest.INSIDE | stories_refunds.INSIDE
    assert not told & (STUDIES.keys() | NOT_REPLAYED.keys())
    assert not (told | inside | STUDIES.keys() | NOT_REPLAYED.keys()) - {
        p.stem for p in RECORDINGS.glob("*.json")
    }


def test_every_study_names_a_module_that_reads_it() -> None:
    folder = RECORDINGS.parent / "sandbox" / "shop"
    for name, module in STUDIES.items():
        assert name in (folder / f"{module}.py").read_text(), name
