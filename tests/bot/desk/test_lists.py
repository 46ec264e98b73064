"""A list is read page by page, to its end and back; each return stands on one page, and is counted."""

from itertools import product

import pytest

from bot.desk import decisions, lists
from bot.errors import InvalidInput
from bot.rules.alert import Level
from store.db import writing
from store.models import Return
from store.money import Money
from store.terms import ReturnStatus, Wish
from tests.world import ALICE, World


@pytest.fixture
def filled(world: World) -> World:
    """Eleven returns of one customer, each of another order."""
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=99)
    for _ in range(11):
        world.open(world.order((mug, 2)))
    return world


def numbers(page: lists.Page) -> list[int]:
    return [line.return_id for line in page.lines]


def walk(world: World, text: str, size: int, way: str = "older", cursor: str = "") -> list[lists.Page]:
    pages = [lists.page(world.desk, text, ALICE.user_id, cursor, size)]
    while getattr(pages[-1], way):
        pages.append(lists.page(world.desk, text, ALICE.user_id, getattr(pages[-1], way), size))
    return pages


TEXTS = ("", "mug", "pending", "pending approved", "dupont pending unclaimed", "1", "<100")


def test_every_page_forth_and_back_holds_each_return_once(filled: World) -> None:
    for text, size in product(TEXTS, (1, 3, 4, 11)):
        forth = walk(filled, text, size)
        every = [number for page in forth for number in numbers(page)]
        assert sorted(every) == sorted(numbers(lists.page(filled.desk, text, size=50))), (text, size)
        assert [page.first for page in forth] == list(range(1, len(every) + 1, size))
        assert {page.count.number for page in forth} == {len(every)}
        last = forth[-2].older if len(forth) > 1 else ""
        back = walk(filled, text, size, "newer", last)
        assert [numbers(page) for page in reversed(back)] == [numbers(page) for page in forth], (text, size)


def test_what_waits_for_an_answer_stands_first_and_is_counted_though_it_is_closed(filled: World) -> None:
    with writing(filled.desk.engine) as session:
        row = session.get_one(Return, 2)
        row.status, row.unanswered_since = ReturnStatus.CANCELLED, filled.desk.now()
    page = lists.page(filled.desk, "", size=3)
    assert numbers(page) == [2, 11, 10]
    assert page.count == lists.Count(11)


def test_a_first_page_of_nothing_but_unanswered_ones_is_followed_by_the_rest(filled: World) -> None:
    with writing(filled.desk.engine) as session:
        for number in (3, 5):
            session.get_one(Return, number).unanswered_since = filled.desk.now()
    first = lists.page(filled.desk, "", size=2)
    assert sorted(numbers(first)) == [3, 5]
    assert numbers(lists.page(filled.desk, "", cursor=first.older, size=2)) == [11, 10]
    assert numbers(lists.page(filled.desk, "mug", cursor="o999999999999999999.1", size=2)) == [11, 10]
    assert numbers(lists.page(filled.desk, "mug", cursor="n999999999999999999.9", size=2)) == [11, 10]


def test_a_line_says_what_its_return_is_about(filled: World) -> None:
    (line,) = lists.page(filled.desk, "rma-1").lines[:1]
    assert (line.number, line.customer, line.goods, line.others) == (
        "RMA-1",
        "Marie Dupont",
        "2 × Mug, white",
        0,
    )
    assert (line.wish, line.status, line.owner) == (Wish.REFUND, ReturnStatus.PENDING, "")
    assert (line.amount, line.level, line.card_url) == (Money(6600, "EUR"), Level.BLUE, "")


def test_counts_follow_at_once_who_took_what(filled: World) -> None:
    decisions.take(filled.desk, 3, ALICE)
    assert lists.count(filled.desk, "mine", ALICE.user_id) == lists.Count(1)
    assert lists.count(filled.desk, "unclaimed open") == lists.Count(10)
    lists.sum_up(filled.desk)
    assert lists.count(filled.desk, "mine", ALICE.user_id) == lists.Count(1)
    assert lists.count(filled.desk, "period today") == lists.Count(11)
    assert lists.count(filled.desk, "period 2020-01..2020-12") == lists.Count(0)


def test_a_return_that_comes_meanwhile_moves_no_other_to_another_page(filled: World) -> None:
    first = lists.page(filled.desk, "mug", size=4)
    mug = filled.shop.add_product("Mug, red", "33.00", sku="MUG-R", stock=9)
    filled.open(filled.order((mug, 1)))
    second = lists.page(filled.desk, "mug", cursor=first.older, size=4)
    assert numbers(second) == [7, 6, 5, 4]
    assert numbers(lists.page(filled.desk, "mug", cursor=second.newer, size=4)) == [12, 11, 10, 9]


def test_a_cursor_nobody_can_read_is_that_of_the_first_page(filled: World) -> None:
    for cursor in ("x", "o", "o1", "n99999999999999999999.1", "o1.1; DROP", "top", "ｏ５.１"):
        assert numbers(lists.page(filled.desk, "mug", cursor=cursor, size=2)) == [11, 10]


def test_a_period_nobody_can_read_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput):
        lists.page(world.desk, "period soon")
    with pytest.raises(InvalidInput):
        lists.count(world.desk, "period soon")
