"""A shop that stopped telling is noticed within a quarter of an hour, said in the channel, and mended."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.desk import Desk
from bot.desk.orders import plan_poll
from bot.desk.reconciliation_webhooks import PATH, plan_news_check
from bot.sandbox.faults import Fault
from bot.sandbox.shop.records import Webhook
from handlers.jobs import jobs
from store.terms import DifferenceKind
from tests.bot.desk.bench import an_order, let_pass, operations
from tests.bot.desk.books import bookkeeper, cards, differences, kinds
from tests.world import World

NEWS = DifferenceKind.NEWS_OFF


@pytest.fixture
def books(world: World) -> World:
    world.journal = bookkeeper(world)
    world.desk.shop.ensure_webhook(world.desk.settings.public_url + PATH, "webhooks")
    return world


def hooks(world: World) -> list[Webhook]:
    return list(world.shop.state.webhooks.values())


def tick(world: World, seconds: int) -> None:
    """Let the clock's jobs run as often as they do, for some seconds, and the worker do what they want."""
    end, due = world.clock() + timedelta(seconds=seconds), _first_ticks(world.desk, world.clock())
    while (soonest := min(due, key=lambda name: due[name])) and due[soonest] < end:
        let_pass(world, seconds=max((due[soonest] - world.clock()).total_seconds(), 0))
        job = next(job for job in jobs(world.desk) if job.name == soonest)
        job.ask()
        due[soonest] += timedelta(seconds=job.seconds)
        world.work()
    let_pass(world, seconds=max((end - world.clock()).total_seconds(), 0))


def _first_ticks(desk: Desk, now: datetime) -> dict[str, datetime]:
    return {job.name: now + timedelta(seconds=job.seconds) for job in jobs(desk)}


def test_a_webhook_the_shop_switched_off_is_said_and_mended_within_fifteen_minutes(books: World) -> None:
    hooks(books)[1].status = "disabled"
    tick(books, 900)
    assert [hook.status for hook in hooks(books)] == ["active"] * 3
    (row,) = differences(books, settled=True)
    assert (row.kind, row.settled_by, row.about["topics"]) == (NEWS, None, ["order.updated"])
    assert cards(books) == 1


def test_the_shop_switches_off_by_itself_after_failures_nobody_sees(books: World) -> None:
    hook = hooks(books)[1]
    hook.delivery_url = "http://127.0.0.1:9/webhooks/woocommerce"
    order = an_order(books)
    for _ in range(10):
        books.shop.state.touch(order)
        books.shop.run_queue()
    assert hook.status == "disabled"
    hook.delivery_url = books.desk.settings.public_url + PATH
    tick(books, 900)
    assert hook.status == "active"


def test_a_key_that_may_only_read_leaves_it_open_for_a_person_and_says_so_once(books: World) -> None:
    keys = books.shop.state.keys
    keys.update({name: replace(key, permissions="read") for name, key in keys.items()})
    hooks(books)[0].status = "disabled"
    tick(books, 3600)
    assert kinds(books) == [NEWS]
    assert cards(books) == 1
    hooks(books)[0].status = "active"
    tick(books, 900)
    assert kinds(books) == []


def test_webhooks_that_were_deleted_are_made_again(books: World) -> None:
    tick(books, 700)
    books.shop.state.webhooks.clear()
    tick(books, 700)
    assert [hook.status for hook in hooks(books)] == ["active"] * 3
    assert len(differences(books, settled=True)) == 1


def test_a_shop_that_never_had_any_is_left_as_it_is(books: World) -> None:
    books.shop.state.webhooks.clear()
    tick(books, 1300)
    assert hooks(books) == []
    assert kinds(books) == []


def test_what_a_person_paused_is_said_but_not_switched_on(books: World) -> None:
    for hook in hooks(books):
        hook.status = "paused"
    tick(books, 1300)
    assert {hook.status for hook in hooks(books)} == {"paused"}
    assert [row.about["paused"] for row in differences(books)] == [True]


def test_webhooks_of_others_are_none_of_our_business(books: World) -> None:
    hooks(books)[0].delivery_url = "https://other.example/hook"
    hooks(books)[0].status = "disabled"
    tick(books, 700)
    assert hooks(books)[0].status == "disabled"
    assert kinds(books) == []


def test_a_shop_that_is_away_is_no_shop_that_fell_silent(books: World) -> None:
    books.faults.plan("shop", Fault.LOST_BEFORE, times=200)
    plan_news_check(books.desk)
    books.work()
    assert kinds(books) == []
    books.faults.clear()
    let_pass(books, hours=1)
    assert operations(books, "shop.webhooks")[0].evidence == {"active": 3}


def test_a_whole_day_of_lost_hooks_is_made_up_for_by_the_poll_within_its_time(books: World) -> None:
    order = an_order(books)
    return_id = books.open(order)
    plan_poll(books.desk)
    books.work()
    for _ in range(24):
        books.shop.state.queue.clear()
        let_pass(books, hours=1)
    books.shop.refund_by_hand(order.id, "10.00")
    books.shop.state.queue.clear()
    tick(books, books.desk.settings.poll_seconds + 60)
    assert [one.amount.minor for one in books.case(return_id).outside_refunds] == [1000]
