"""Any part of a word, the same on both databases; filters together; page by page."""

import pytest
from sqlalchemy import Engine, text

from store import search
from store.db import reading, writing
from store.models import Return
from store.search import Edge, Wanted
from store.search_models import SearchEntry
from store.terms import ReturnStatus, Wish
from tests.store.rows import NOON, a_return, an_order, keep

PEOPLE = {
    1: "\nrma-1\n1\n5567\nmarie dupont\nmarie@example.com\nmug-w\n33612345678\n",
    2: "\nrma-2\n2\n5568\nzoe lefevre\nzoe+returns@example.org\nhood-m\n6a12345678901\n",
    3: '\nrma-3\n3\n5569\nli "xu" o\'neill\nli\nxu\nli_50%@example.com\n*\n',
}


@pytest.fixture
def stored(engine: Engine) -> Engine:
    for number, words in PEOPLE.items():
        keep(engine, an_order(order_id=5566 + number, number=str(5566 + number)))
        keep(engine, a_return(order_id=5566 + number, number=f"RMA-{number}", source_key=str(number)))
        with writing(engine) as session:
            search.keep(session, SearchEntry(return_id=number, words=words, amount=number * 1000))
    return engine


def found(engine: Engine, *needles: str, **more: object) -> list[int]:
    with reading(engine) as session:
        return search.find(session, Wanted(needles=needles, **more), 10)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("needles", "wanted"),
    [
        (["dupont"], [1]),
        (["upo"], [1]),
        (["example"], [3, 2, 1]),
        (["example", "mug"], [1]),
        (["+returns"], [2]),
        (["123456789"], [2]),
        (["12345678"], [2, 1]),
        (["612345678"], [1]),
        (["556"], [3, 2, 1]),
        (["li"], [3]),
        (["1"], [1]),
        (["ma"], []),
        (["du", "example"], [1]),
        (["m", "zoe"], [2]),
        (["_5", "li_"], [3]),
        (["li", "xu"], [3]),
        (["5567", "dupont"], [1]),
        (["5567", "xdupont"], []),
        (["shop-5567"], []),
        (["dupont@5567"], []),
        (["zoe+returns@example.org"], [2]),
        (["zoe+other@example.org"], []),
        (["marie@example.org"], []),
        (['"xu"'], [3]),
        (["o'neill"], [3]),
        (["li_50%"], [3]),
        (["i_5"], [3]),
        (["%@e"], [3]),
        (["*"], [3]),
        (["dupont or zoe"], []),
        (["dupont*"], []),
        (["near(dupont zoe)"], []),
        (["words:dupont"], []),
        (["\\"], []),
        (["dupont\nmarie"], [1]),
    ],
)
def test_any_part_is_found_and_nothing_is_an_operator(
    stored: Engine, needles: list[str], wanted: list[int]
) -> None:
    assert found(stored, *needles) == wanted


def test_filters_hold_together(stored: Engine) -> None:
    with stored.begin() as connection:
        connection.execute(text("UPDATE returns SET wish = 'exchange', owner_id = 'U1' WHERE id IN (1, 2)"))
        connection.execute(text("UPDATE returns SET status = 'received' WHERE id = 2"))
    with writing(stored) as session:
        warned = SearchEntry(return_id=2, words=PEOPLE[2], amount=2000, alerts=" refund_overdue ")
        search.keep(session, warned)
    exchange, pending = frozenset({Wish.EXCHANGE}), frozenset({ReturnStatus.PENDING})
    assert found(stored, wishes=exchange) == [2, 1]
    assert found(stored, wishes=exchange, statuses=pending) == [1]
    assert found(stored, "example", statuses=pending) == [3, 1]
    assert found(stored, owners=frozenset({"U1"})) == [2, 1]
    assert found(stored, owners=frozenset({""})) == [3]
    assert found(stored, owners=frozenset({"U1", ""})) == [3, 2, 1]
    assert found(stored, alerts=frozenset({"refund_overdue", "disputed"})) == [2]
    assert found(stored, alerts=frozenset({"refund"})) == []
    assert found(stored, amount=(2000, None)) == [3, 2]
    assert found(stored, amount=(2000, 2000)) == [2]
    assert found(stored, opened=(NOON, None)) == [3, 2, 1]
    assert found(stored, opened=(None, NOON)) == []


def test_pages_follow_each_other_without_gap_or_double(stored: Engine) -> None:
    with reading(stored) as session:
        first = search.find(session, Wanted(needles=["example"]), 2)
        rest = search.find(session, Wanted(needles=["example"]), 2, Edge(before=first[-1]))
        others = search.find(session, Wanted(needles=["example"]), 9, without=[2])
    assert [*first, *rest] == [3, 2, 1]
    assert others == [3, 1]


def test_what_changed_is_found_under_its_new_words_alone(stored: Engine) -> None:
    with writing(stored) as session:
        search.keep(session, SearchEntry(return_id=1, words="\nrma-1\nmarie curie\n"))
    assert found(stored, "dupont") == []
    assert found(stored, "curie") == [1]
    with stored.begin() as connection:
        connection.execute(text("DELETE FROM search_entries WHERE return_id = 1"))
    assert found(stored, "curie") == []


def test_what_is_meant_exactly_comes_by_number_order_or_mail(stored: Engine) -> None:
    def named(*numbers: str) -> list[int]:
        with reading(stored) as session:
            return search.named(session, numbers, Wanted(), 10)

    assert named("rma-2") == [2]
    assert named("5568") == [2]
    assert named("marie@example.com") == [3, 2, 1]
    assert named("556") == []


def test_returns_from_before_there_was_a_search_are_named(stored: Engine) -> None:
    keep(stored, a_return(number="RMA-4", source_key="4"))
    with reading(stored) as session:
        assert [row.id for row in search.missing(session, 10)] == [4]
        assert isinstance(session.get(Return, 4), Return)
