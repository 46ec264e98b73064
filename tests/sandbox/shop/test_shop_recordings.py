"""The sandbox's shop answers as a real one did: every recording is replayed or accounted for."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.shop import stories_orders, stories_refunds, stories_rest
from tests.sandbox.shop.bench import RECORDINGS, Bench, Story, body_of

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


WHOLE = (
    "order_get_coupon",
    "order_get_fee",
    "refund_partial_lines_defaults",
    "coupon_get",
    "order_note_create_private",
)


@pytest.mark.parametrize("name", WHOLE)
def test_no_field_of_what_the_desk_reads_is_left_out(bench: Bench, name: str) -> None:
    for step in next(story for story in STORIES if name in story.steps).steps:
        answer = bench.replay(step) if isinstance(step, str) else step(bench)
        if step == name:
            assert list(left_out(body_of(name), answer.json())) == []  # type: ignore[attr-defined]


def left_out(recorded: Any, ours: Any) -> Iterator[str]:
    """Fields of the recording that our answer lacks, at any depth."""
    if isinstance(recorded, dict):
        yield from recorded.keys() - ours.keys() - {"_links"}
        for key in recorded.keys() & ours.keys() - {"meta_data", "_links"}:
            yield from left_out(recorded[key], ours[key])
    elif isinstance(recorded, list):
        for theirs, own in zip(recorded, ours, strict=True):
            yield from left_out(theirs, own)


def test_every_study_names_a_module_that_reads_it() -> None:
    folder = RECORDINGS.parent / "sandbox" / "shop"
    for name, module in STUDIES.items():
        assert name in (folder / f"{module}.py").read_text(), name
