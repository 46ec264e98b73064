"""Whether shop, bank and desk say the same about an order. Finds and counts; it never puts anything right.

A refund that somebody made in the shop's own pages is no difference: it is counted like any other. It becomes
one when it was not owed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from bot.rules.difference import BANK_KINDS, ORDER_KINDS, Found
from bot.rules.matching import BankRefund, Matching, OurRefund, Ours, Stranger, match
from bot.rules.order import LineKind, OrderLine, OrderSnapshot, ShopRefund
from store.money import Money, total
from store.terms import DifferenceKind, ResolutionStatus

SETTLING = timedelta(minutes=10)  # what shop and bank tell each other takes minutes


@dataclass(frozen=True)
class StandingExchange:
    """A return whose exchange stands: its order lines, and the shop's rows that were there before it."""

    return_id: int
    number: str
    lines: frozenset[int]
    known: frozenset[int]

    def is_touched_by(self, row: ShopRefund) -> bool:
        """Whether a later row pays for its goods, or does not say for which it pays."""
        named = {part.line_id for part in row.lines}
        return row.refund_id not in self.known and (not named or bool(named & self.lines))


@dataclass(frozen=True)
class Books:
    """All that is said about one order at ``as_of``; ``bank`` None where the bank cannot be asked."""

    order: OrderSnapshot
    ours: tuple[OurRefund, ...]
    bank: tuple[BankRefund, ...] | None
    as_of: datetime
    exchanges: tuple[StandingExchange, ...] = ()

    @property
    def compared(self) -> frozenset[DifferenceKind]:
        """The kinds this comparison can tell, and whose absence it therefore proves."""
        if self.bank is None or self._is_fresh:
            kinds = ORDER_KINDS - BANK_KINDS
            return kinds if self.bank is not None else kinds - {DifferenceKind.BANK_FAILED}
        return ORDER_KINDS

    @property
    def _is_fresh(self) -> bool:
        moments = [row.created_at for row in self.order.refunds]
        moments += [refund.created_at for refund in self.bank or ()]
        return any(self.as_of - moment < SETTLING for moment in moments)


@dataclass(frozen=True)
class DayTally:
    """What shop and bank show of one day of an order; see ``store.models.Tally``."""

    shop: int = 0
    outside: int = 0
    through: int = 0
    bank: int = 0

    def plus(self, *, shop: int = 0, outside: int = 0, through: int = 0, bank: int = 0) -> "DayTally":
        """With more of each."""
        return DayTally(self.shop + shop, self.outside + outside, self.through + through, self.bank + bank)


def compare(books: Books) -> tuple[Found, ...]:
    """Everything that does not agree, in the order of RULES."""
    matching = match(books.order, books.ours, books.bank)
    found = (one for rule in RULES for one in rule(books, matching))
    return tuple(one for one in found if one.kind in books.compared)


def rows_gone(books: Books, matching: Matching) -> Iterator[Found]:
    """We say it was refunded, and the shop has no row for it: somebody deleted it, or it never came."""
    for one in matching.ours:
        if one.refund.is_done and not one.rows:
            shown = Money.zero(books.order.currency)
            yield _about(books, one, DifferenceKind.ROW_GONE, shop=shown)


def other_amounts(books: Books, matching: Matching) -> Iterator[Found]:
    """The shop's row has another amount than was decided."""
    for one in matching.ours:
        if one.refund.is_done and len(one.rows) == 1 and one.shown != one.refund.amount:
            yield _about(books, one, DifferenceKind.OTHER_AMOUNT, shop=one.shown)


def two_rows(books: Books, matching: Matching) -> Iterator[Found]:
    """Two rows of the shop carry one reference of ours."""
    for one in matching.ours:
        if len(one.rows) > 1 and (one.refund.is_done or one.refund.waits):
            yield _about(books, one, DifferenceKind.TWO_ROWS, shop=one.shown)


def turned_up(books: Books, matching: Matching) -> Iterator[Found]:
    """What we call refused, or do not know, is there after all: late money."""
    for one in matching.ours:
        refused = one.refund.status is ResolutionStatus.REFUSED and (one.rows or one.paid)
        late = one.refund.waits and not one.refund.bounced and (one.paid or _says_paid(one))
        if refused or late:
            yield _about(
                books,
                one,
                DifferenceKind.TURNED_UP,
                ours=Money.zero(books.order.currency) if refused else None,
                shop=one.shown,
            )


def bank_failed(books: Books, matching: Matching) -> Iterator[Found]:
    """We say it is done, and the bank says that the money came back."""
    for one in matching.ours:
        if one.refund.is_done and one.refund.moves_money and one.bank and not one.paid:
            yield _about(books, one, DifferenceKind.BANK_FAILED, shop=one.shown)


def phantom_rows(books: Books, matching: Matching) -> Iterator[Found]:
    """The shop booked one refund of the bank twice."""
    for row in matching.phantoms:
        twin = next(one for one in matching.ours if any(mine.amount == row.amount for mine in one.rows))
        yield Found(
            DifferenceKind.PHANTOM_ROW,
            f"row-{row.refund_id}",
            ours=twin.refund.amount,
            shop=twin.refund.amount + row.amount,
            bank=twin.paid,
            return_id=twin.refund.return_id,
            resolution_id=twin.refund.resolution_id,
            about={"reference": twin.refund.reference, "row": row.refund_id},
        )


def bank_differs(books: Books, matching: Matching) -> Iterator[Found]:
    """What the shop says was paid back is not what the bank paid, beyond what other rules say already."""
    plain = [one for one in matching.ours if _is_plain(one)]
    rows = [one.refund.amount for one in plain if one.refund.moves_money]
    rows += [one.row.amount for one in matching.strangers if one.through]
    paid = [one.paid for one in plain] + [one.bank.amount for one in matching.strangers if one.bank]
    paid += [refund.amount for refund in matching.loose]
    shop, bank = total(rows, books.order.currency), total(paid, books.order.currency)
    if books.bank is not None and shop != bank:
        yield Found(
            DifferenceKind.BANK_DIFFERS,
            _order(books),
            shop=shop,
            bank=bank,
            return_id=_last_return(books),
            about={"refunds": [refund.refund_id for refund in matching.loose]},
        )


def over_refunded(books: Books, matching: Matching) -> Iterator[Found]:
    """Somebody else refunded what we settled too, or more was refunded than was paid."""
    rows = [one.row.amount for one in matching.strangers]
    rows += [row.amount for one in matching.ours for row in one.rows]
    shop = total(rows, books.order.currency)
    lines = [line for line in books.order.products if _is_over(books, matching, line)]
    if not lines and shop <= books.order.total:
        return
    done = [one for one in books.ours if one.is_done]
    ours = total((one.amount for one in done), books.order.currency)
    yield Found(
        DifferenceKind.OVER_REFUNDED,
        _order(books),
        ours=ours,
        shop=shop,
        return_id=_last_return(books),
        about={"lines": [line.name for line in lines], "total": books.order.total.minor},
    )


def exchanges_refunded(books: Books, matching: Matching) -> Iterator[Found]:
    """Money went back in the shop while the customer waits for other goods instead."""
    for exchange in books.exchanges:
        rows = [one.row for one in matching.strangers if exchange.is_touched_by(one.row)]
        if rows:
            yield Found(
                DifferenceKind.EXCHANGE_REFUNDED,
                exchange.number,
                shop=total((row.amount for row in rows), books.order.currency),
                return_id=exchange.return_id,
                about={"rows": [row.refund_id for row in rows]},
            )


def not_restocked(books: Books, _matching: Matching) -> Iterator[Found]:
    """The shop's own tally of a line shows fewer units back than we had put back. Its counters cannot tell:
    they move with every sale. A line the shop never counted has no tally."""
    wanted: defaultdict[int, int] = defaultdict(int)
    for one in books.ours:
        if one.status is ResolutionStatus.DONE:
            for line_id, quantity in one.restock:
                wanted[line_id] += quantity
    for line_id, quantity in wanted.items():
        line = books.order.line(line_id)
        if line is not None and line.reduced_stock + line.restocked > 0 and line.restocked < quantity:
            about = {"line": line.name, "sku": line.sku, "wanted": quantity, "back": line.restocked}
            subject = f"{_order(books)}/line-{line_id}"
            yield Found(DifferenceKind.NOT_RESTOCKED, subject, return_id=_last_return(books), about=about)


Rule = Callable[[Books, Matching], Iterator[Found]]

RULES: tuple[Rule, ...] = (
    turned_up,
    exchanges_refunded,
    over_refunded,
    two_rows,
    phantom_rows,
    other_amounts,
    rows_gone,
    bank_failed,
    bank_differs,
    not_restocked,
)


def tally(books: Books, zone: tzinfo) -> Mapping[date, DayTally]:
    """What shop and bank show, by day. What is ours counts on the day we settled it, so that midnight
    between two clocks makes no difference."""
    matching = match(books.order, books.ours, books.bank)
    days: defaultdict[date, DayTally] = defaultdict(DayTally)
    for mine in matching.ours:
        if mine.refund.is_done and mine.refund.day is not None:
            days[mine.refund.day] = days[mine.refund.day].plus(**_of_ours(books, mine))
    for stranger in matching.strangers:
        day = stranger.row.created_at.astimezone(zone).date()
        days[day] = days[day].plus(**_of_stranger(books, stranger))
    for row in matching.phantoms:
        day = row.created_at.astimezone(zone).date()
        days[day] = days[day].plus(shop=row.amount.minor)
    for refund in matching.loose:
        day = refund.created_at.astimezone(zone).date()
        days[day] = days[day].plus(bank=refund.amount.minor)
    return days


def _of_ours(books: Books, one: Ours) -> dict[str, int]:
    through = one.shown.minor if books.bank is not None and one.refund.moves_money else 0
    return {"shop": one.shown.minor, "through": through, "bank": one.paid.minor}


def _of_stranger(books: Books, one: Stranger) -> dict[str, int]:
    amount = one.row.amount.minor
    through = amount if one.through and books.bank is not None else 0
    return {
        "shop": amount,
        "outside": amount,
        "through": through,
        "bank": one.bank.amount.minor if one.bank else 0,
    }


def _about(books: Books, one: Ours, kind: DifferenceKind, *, shop: Money, ours: Money | None = None) -> Found:
    return Found(
        kind,
        one.refund.reference,
        ours=one.refund.amount if ours is None else ours,
        shop=shop,
        bank=one.paid if books.bank is not None and (one.bank or one.refund.moves_money) else None,
        return_id=one.refund.return_id,
        resolution_id=one.refund.resolution_id,
        about={"reference": one.refund.reference, "rows": [row.refund_id for row in one.rows]},
    )


def _is_plain(one: Ours) -> bool:
    """Whether no other rule speaks of it."""
    if not one.refund.is_done or one.refund.elsewhere:
        return False
    return one.shown == one.refund.amount and not (one.bank and not one.paid)


def _says_paid(one: Ours) -> bool:
    return len(one.rows) == 1 and one.rows[0].paid_back


def _is_over(books: Books, matching: Matching, line: OrderLine) -> bool:
    """Whether a stranger's refund takes units of a line that we settled, or money beyond what it cost."""
    if line.kind is not LineKind.PRODUCT:
        return False
    theirs = [part for one in matching.strangers for part in one.row.lines if part.line_id == line.line_id]
    settled = [one.settlement for one in books.ours if one.settlement and one.is_done]
    ours = [part for one in settled for part in one.lines if part.line_id == line.line_id]
    if not theirs or not ours:
        return False
    units = sum(part.quantity for part in theirs) + sum(part.quantity for part in ours)
    named = [part for one in matching.ours for row in one.rows for part in row.lines]
    mine = [part.gross.minor for part in named if part.line_id == line.line_id]
    money = sum(mine) + sum(part.gross.minor for part in theirs)
    slack = len(mine) + len(theirs)  # each row may be rounded to the next minor unit in the shop
    return units > line.quantity or money > line.gross.minor + slack


def _order(books: Books) -> str:
    return f"order-{books.order.order_id}"


def _last_return(books: Books) -> int | None:
    returns: Sequence[int] = [one.return_id for one in books.ours]
    return returns[-1] if returns else None
