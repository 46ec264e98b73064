"""The sandbox's shop answers as a WooCommerce 10.5 shop answered: every recording is replayed or accounted for."""

import pytest

from tests.sandbox.shop import stories_orders, stories_refunds
from tests.sandbox.shop.bench import Bench, Story

STORIES = (*stories_refunds.STORIES, *stories_orders.STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_shop_answers_as_recorded(bench: Bench, story: Story) -> None:
    for step in story.steps:
        if isinstance(step, str):
            bench.replay(step)
        else:
            step(bench)
