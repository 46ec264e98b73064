"""What is a difference between shop, bank and desk, and what is none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.choice import Settlement
from bot.rules.difference import Found
from bot.rules.matching import BankRefund, OurRefund, match
from bot.rules.order import OrderSnapshot, ShopRefund
from bot.rules.reconciliation import Books, DayTally, StandingExchange, compare, tally
from store.money import Money
from store.terms import DifferenceKind, Method, ResolutionStatus
from tests import make
from tests.make import NOON, money

PARIS, TODAY, OURS = ZoneInfo("Europe/Paris"), NOON.date(), "RMA-1042-R1"
LATER = NOON + timedelta(hours=1)
Kind = DifferenceKind


def ours(amount: str = "66.00", **given: Any) -> OurRefund:
    """Two mugs, paid back to the card at noon."""
    fields: dict[str, Any] = {
        "resolution_id": 1,
        "return_id": 42,
        "reference": OURS,
        "method": Method.GATEWAY_REFUND,
        "status": ResolutionStatus.DONE,
        "refund_id": 901,
        "day": TODAY,
    }
    quote = make.a_quote()
    settlement = Settlement(given.get("reference", OURS), quote.settled, money(amount), 901)
    return OurRefund(amount=money(amount), settlement=settlement, **(fields | given))


def a_row(amount: str = "66.00", *lines: Any, **given: Any) -> ShopRefund:
    """The row of it."""
    return make.a_refund(
        amount, *lines, **({"refund_id": 901, "reason": f"{OURS} · Return RMA-1042"} | given)
    )


def a_payment(amount: str = "66.00", **given: Any) -> BankRefund:
    """The bank's refund of it."""
    fields: dict[str, Any] = {"refund_id": "re_1", "reason": OURS, "counts": True, "created_at": NOON}
    return BankRefund(amount=money(amount), **(fields | given))


def stranger(amount: str, **given: Any) -> ShopRefund:
    """A row somebody made in the shop."""
    return a_row(amount, **({"refund_id": 950, "reason": "goodwill"} | given))


def books(
    *mine: OurRefund,
    rows: tuple[ShopRefund, ...] = (),
    bank: tuple[BankRefund, ...] | None = None,
    **given: Any,
) -> Books:
    """The books of an order of three mugs for 99.00, an hour later."""
    order: OrderSnapshot = given.pop("order", None) or make.an_order()
    return Books(
        order=replace(order, refunds=rows), ours=mine, bank=bank, as_of=given.pop("as_of", LATER), **given
    )


def kinds(said: Books) -> list[DifferenceKind]:
    return [one.kind for one in compare(said)]


def only(said: Books) -> Found:
    (found,) = compare(said)
    return found


def figures(found: Found) -> tuple[int | None, int | None, int | None]:
    ours, shop, bank = (None if one is None else one.minor for one in (found.ours, found.shop, found.bank))
    return ours, shop, bank


def test_books_that_agree_say_nothing() -> None:
    assert kinds(books(ours(), rows=(a_row(),), bank=(a_payment(),))) == []
    assert kinds(books(ours(), rows=(a_row(),))) == []
    assert kinds(books()) == []


def test_a_row_without_our_words_is_ours_by_its_number() -> None:
    assert kinds(books(ours(), rows=(a_row(reason="edited by hand"),))) == []


def test_a_row_that_is_gone_is_a_difference_that_says_what_the_bank_paid() -> None:
    found = only(books(ours(), bank=(a_payment(),)))
    assert (found.kind, found.subject, found.resolution_id) == (Kind.ROW_GONE, OURS, 1)
    assert figures(found) == (6600, 0, 6600)


def test_a_settlement_without_money_needs_no_row() -> None:
    assert kinds(books(ours("0.00"))) == []


def test_another_amount_and_a_second_row_are_told_apart() -> None:
    assert figures(only(books(ours(), rows=(a_row("60.00"),)))) == (6600, 6000, None)
    twice = books(ours(), rows=(a_row("33.00"), a_row("33.00", refund_id=902)))
    assert kinds(twice) == [Kind.TWO_ROWS]
    assert figures(only(twice)) == (6600, 6600, None)


def test_a_refund_the_bank_gave_back_is_a_difference_until_it_was_paid_another_way() -> None:
    failed = (a_payment(counts=False),)
    assert kinds(books(ours(), rows=(a_row(),), bank=failed)) == [Kind.BANK_FAILED]
    assert kinds(books(ours(elsewhere=True), rows=(a_row(),), bank=failed)) == []
    again = (*failed, a_payment(refund_id="re_2"))
    assert kinds(books(ours(), rows=(a_row(),), bank=again)) == []


@pytest.mark.parametrize(
    ("rows", "bank"), [((a_row(),), None), ((), (a_payment(),)), ((a_row(),), (a_payment(),))]
)
def test_what_we_call_refused_and_is_there_is_a_difference(
    rows: tuple[ShopRefund, ...], bank: tuple[BankRefund, ...] | None
) -> None:
    refused = replace(ours(status=ResolutionStatus.REFUSED, refund_id=None), settlement=None)
    found = only(books(refused, rows=rows, bank=bank))
    assert found.kind is Kind.TURNED_UP
    assert found.ours == Money.zero("EUR")


def test_what_nobody_knew_is_a_difference_once_it_shows_and_not_before() -> None:
    doubtful = ours(status=ResolutionStatus.IN_DOUBT, waits=True, refund_id=None)
    assert kinds(books(doubtful, bank=())) == []
    assert kinds(books(doubtful, rows=(a_row(paid_back=False),), bank=())) == []
    found = only(books(doubtful, rows=(), bank=(a_payment(),)))
    assert (found.kind, found.ours) == (Kind.TURNED_UP, money("66.00"))
    looking = replace(doubtful, waits=False)
    assert kinds(books(looking, bank=(a_payment(),))) == []
    bounced = replace(doubtful, bounced=True)
    assert kinds(books(bounced, rows=(a_row(),), bank=(a_payment(counts=False),))) == []


def test_one_payment_that_was_booked_twice_names_the_row_that_is_too_much() -> None:
    extra = stranger("66.00", paid_back=False, reason="Refunded via Stripe")
    two = make.an_order(make.a_line(1, "198.00", 6))
    found = only(books(ours(), rows=(extra, a_row()), bank=(a_payment(),), order=two))
    assert (found.kind, found.about["row"]) == (Kind.PHANTOM_ROW, 950)
    assert figures(found) == (6600, 13200, 6600)


@pytest.mark.parametrize(
    "given",
    [
        {"amount": money("65.00")},
        {"created_at": NOON + timedelta(hours=2)},
        {"paid_back": True},
        {"lines": (make.refunded(2, 1, "66.00"),)},
    ],
)
def test_what_differs_in_amount_time_or_lines_is_no_phantom(given: dict[str, Any]) -> None:
    row = replace(stranger("66.00", paid_back=False), **given)
    order = make.an_order(make.a_line(1, "198.00", 6), make.a_line(2, "66.00", 1))
    said = books(
        ours(), rows=(row, a_row()), bank=(a_payment(),), order=order, as_of=LATER + timedelta(hours=3)
    )
    assert Kind.PHANTOM_ROW not in kinds(said)


def test_without_the_banks_word_a_second_row_is_somebodys_refund_and_no_phantom() -> None:
    two = make.an_order(make.a_line(1, "198.00", 6))
    extra = stranger("66.00", paid_back=False)
    assert kinds(books(ours(), rows=(extra, a_row()), order=two)) == []


def test_money_the_bank_paid_and_the_shop_does_not_know_is_a_difference() -> None:
    own = a_payment("10.00", refund_id="re_9", reason="")
    found = only(books(ours(), rows=(a_row(),), bank=(a_payment(), own)))
    assert (found.kind, *figures(found)) == (Kind.BANK_DIFFERS, None, 6600, 7600)
    assert found.about["refunds"] == ["re_9"]


def test_money_the_shop_calls_paid_and_the_bank_does_not_know_is_a_difference() -> None:
    found = only(books(rows=(stranger("10.00"),), bank=()))
    assert (found.kind, *figures(found)) == (Kind.BANK_DIFFERS, None, 1000, 0)


@pytest.mark.parametrize("paid_back", [True, False])
def test_a_refund_by_hand_is_none_whether_its_row_says_paid_or_the_plugin_made_it(paid_back: bool) -> None:
    """Made at Stripe itself, the plugin books it later with a bare row that says nothing of payment."""
    row, paid = stranger("10.00", paid_back=paid_back), a_payment("10.00", refund_id="re_9", reason="")
    assert kinds(books(ours(), rows=(row, a_row()), bank=(paid, a_payment()))) == []


def test_a_refund_in_cash_that_somebody_noted_is_none() -> None:
    row = stranger("10.00", paid_back=False)
    assert kinds(books(ours(), rows=(row, a_row()), bank=(a_payment(),))) == []


def test_a_bank_whose_refunds_name_nobody_is_matched_by_amount() -> None:
    assert kinds(books(ours(), rows=(a_row(),), bank=(a_payment(reason=""),))) == []


def test_minutes_after_a_refund_the_bank_is_not_compared_yet() -> None:
    fresh = a_payment("10.00", refund_id="re_9", reason="", created_at=LATER - timedelta(minutes=9))
    said = books(ours(), rows=(a_row(),), bank=(a_payment(), fresh))
    assert kinds(said) == []
    assert Kind.BANK_DIFFERS not in said.compared
    assert Kind.ROW_GONE in said.compared


def test_without_a_bank_nothing_is_said_to_have_gone_away_that_only_it_can_tell() -> None:
    assert books().compared & {Kind.BANK_DIFFERS, Kind.BANK_FAILED, Kind.PHANTOM_ROW} == set()


def test_units_we_settled_and_somebody_refunded_too_are_more_than_was_owed() -> None:
    mine, theirs = make.refunded(1, 2, "66.00"), make.refunded(1, 2, "66.00")
    order = make.an_order(make.a_line(1), make.a_line(2, "500.00", 1))
    row = replace(stranger("66.00"), lines=(theirs,))
    found = only(books(ours(), rows=(row, a_row("66.00", mine)), order=order))
    assert (found.kind, found.about["lines"], *figures(found)) == (
        Kind.OVER_REFUNDED,
        ["Mug 1"],
        6600,
        13200,
        None,
    )
    one = replace(stranger("33.00"), lines=(make.refunded(1, 1, "33.00"),))
    assert kinds(books(ours(), rows=(one, a_row("66.00", mine)), order=order)) == []


def test_money_without_units_beyond_what_the_line_cost_is_more_than_was_owed() -> None:
    order = make.an_order(make.a_line(1), make.a_line(2, "500.00", 1))
    mine = a_row("66.00", make.refunded(1, 2, "66.00"))
    for amount, said in (("33.02", []), ("33.03", [Kind.OVER_REFUNDED])):
        row = replace(stranger(amount), lines=(make.refunded(1, 0, amount),))
        assert kinds(books(ours(), rows=(row, mine), order=order)) == said


def test_an_order_that_gave_back_more_than_it_cost_is_a_difference_whoever_did_it() -> None:
    found = only(books(ours(), rows=(stranger("34.00", paid_back=False), a_row())))
    assert (found.kind, found.about["lines"]) == (Kind.OVER_REFUNDED, [])


def test_money_back_on_an_exchange_is_a_difference_from_the_first_row_on() -> None:
    exchange = StandingExchange(42, "RMA-1042", frozenset({1}), frozenset({940}))
    known = stranger("10.00", refund_id=940)
    assert kinds(books(rows=(known,), exchanges=(exchange,))) == []
    found = only(books(rows=(known, stranger("20.00")), exchanges=(exchange,), as_of=NOON))
    assert (found.kind, found.return_id, *figures(found)) == (Kind.EXCHANGE_REFUNDED, 42, None, 2000, None)


@pytest.mark.parametrize(("line", "said"), [(1, [Kind.EXCHANGE_REFUNDED]), (2, [])])
def test_money_back_for_other_goods_of_the_order_leaves_an_exchange_alone(
    line: int, said: list[DifferenceKind]
) -> None:
    exchange = StandingExchange(42, "RMA-1042", frozenset({1}), frozenset())
    row = replace(stranger("20.00"), lines=(make.refunded(line, 1, "20.00"),))
    assert kinds(books(rows=(row,), exchanges=(exchange,))) == said


@pytest.mark.parametrize(
    ("reduced", "back", "said"),
    [(3, 0, [Kind.NOT_RESTOCKED]), (2, 1, [Kind.NOT_RESTOCKED]), (1, 2, []), (0, 0, []), (0, 3, [])],
)
def test_units_are_back_when_the_shops_own_tally_says_so(
    reduced: int, back: int, said: list[DifferenceKind]
) -> None:
    order = make.an_order(make.a_line(1, reduced_stock=reduced, restocked=back))
    mine = ours(restock=((1, 2),))
    assert kinds(books(mine, rows=(a_row(),), order=order)) == said
    undone = replace(mine, status=ResolutionStatus.IN_DOUBT)
    assert kinds(books(undone, rows=(a_row(),), order=order)) == []


def test_what_is_ours_counts_on_the_day_we_settled_it_and_the_rest_on_its_own() -> None:
    midnight = NOON.replace(hour=23, minute=30)  # half past midnight in Paris
    row, paid = a_row(created_at=midnight), a_payment(created_at=midnight)
    other = stranger("10.00", created_at=midnight, paid_back=False)
    days = tally(books(ours(), rows=(row, other), bank=(paid,)), PARIS)
    assert days == {
        TODAY: DayTally(shop=6600, through=6600, bank=6600),
        TODAY + timedelta(days=1): DayTally(shop=1000, outside=1000),
    }


def test_what_is_not_done_counts_nowhere() -> None:
    doubtful = ours(status=ResolutionStatus.IN_DOUBT, waits=True)
    assert tally(books(doubtful, rows=(a_row(),), bank=(a_payment(),)), PARIS) == {}


@given(st.data())
def test_every_row_and_every_payment_is_counted_exactly_once(data: st.DataObject) -> None:
    amounts = st.sampled_from(["10.00", "20.00", "66.00"])
    hours = st.integers(0, 5).map(lambda hour: NOON + timedelta(hours=hour))
    reasons = st.sampled_from(["", "goodwill", OURS, "RMA-1042-R2", "RMA-7-R1-S1"])
    rows = tuple(
        make.a_refund(
            data.draw(amounts),
            refund_id=901 + number,
            reason=data.draw(reasons),
            created_at=data.draw(hours),
            paid_back=data.draw(st.booleans()),
        )
        for number in range(data.draw(st.integers(0, 5)))
    )
    bank = tuple(
        a_payment(
            data.draw(amounts),
            refund_id=f"re_{number}",
            reason=data.draw(reasons),
            created_at=data.draw(hours),
        )
        for number in range(data.draw(st.integers(0, 5)))
    )
    mine = (ours(refund_id=None), ours("20.00", reference="RMA-1042-R2", refund_id=None, resolution_id=2))
    order = replace(make.an_order(), refunds=rows)
    found = match(order, mine, bank)
    placed = [row.refund_id for one in found.ours for row in one.rows]
    placed += [one.row.refund_id for one in found.strangers] + [row.refund_id for row in found.phantoms]
    assert sorted(placed) == sorted(row.refund_id for row in rows)
    paid = [one.refund_id for mine in found.ours for one in mine.bank]
    paid += [one.bank.refund_id for one in found.strangers if one.bank]
    paid += [one.refund_id for one in found.loose]
    assert sorted(paid) == sorted(one.refund_id for one in bank)
    assert compare(Books(order, mine, bank, LATER)) == compare(Books(order, mine, bank, LATER))
