"""How an exchange comes to its end: everything went out and is settled, or everything was called off."""

from bot import customer, documents
from bot.desk.aftermath import plan_restocking
from bot.desk.cases import case_of
from bot.desk.changes import Change
from bot.desk.exchange_facts import facts_of
from bot.desk.invitation import tell_with_link
from bot.i18n import Words
from bot.rules.choice import RefundQuote, RestockLine, SettledLine
from bot.rules.exchange import Swap
from bot.rules.exchange_flow import ExchangePlan
from bot.rules.ledger import resized, tax_shares, whole_line
from bot.rules.lifecycle import is_open, next_status
from bot.rules.order import OrderSnapshot
from bot.rules.refund import due_for
from store import returns
from store.models import Resolution
from store.money import Money, spread
from store.terms import Condition, Event, Method, ResolutionStatus, Wish


def finish(change: Change, row: Resolution, plan: ExchangePlan) -> None:
    """The replacement is on its way. What is due to the customer, and only that, can still be paid out."""
    row.status, row.settled_at = ResolutionStatus.DONE, change.now
    quote = _quote(change, row, plan)
    row.quote = documents.write(quote)
    change.session.add(row)
    if quote.restock:
        plan_restocking(change, row, quote)
    if not plan.bill.due:
        change.rma.status = next_status(change.rma.status, Event.RESOLVE) or change.rma.status
        change.rma.closed_at, change.rma.closed_by = change.now, row.operator_id
    change.note("exchanged", reference=row.reference, order=_order_number(row), due=plan.bill.due.minor)
    change.tell_team(f"{row.reference}-exchanged", "exchanged", resolution=row.id)
    _write(change, row, "exchange_sent")


def end(change: Change, row: Resolution) -> None:
    """The exchange gives its place free; where the return goes on, money can be given back from here on."""
    row.status, row.settled_at = ResolutionStatus.REFUSED, change.now
    change.session.add(row)
    if is_open(change.rma.status):
        change.rma.wish = Wish(row.outcome.get("instead", Wish.REFUND))
    change.note("exchange_off", reference=row.reference)
    change.tell_team(f"{row.reference}-off", "exchange_off", resolution=row.id)


def _write(change: Change, row: Resolution, kind: str) -> None:
    change.session.flush()
    words = Words(change.rma.language, change.desk.settings.timezone)
    case = case_of(change.desk, change.session, change.rma)
    tell_with_link(change, f"{row.reference}-{kind}", customer.exchange_text(kind, case, words, {}))


def _quote(change: Change, row: Resolution, plan: ExchangePlan) -> RefundQuote:
    """What the exchange uses up of the order, in the words of every other way of settling it."""
    currency = row.currency
    nothing = Money.zero(currency)
    return RefundQuote(
        method=Method.EXCHANGE,
        items=plan.bill.base,
        shipping=nothing,
        fee=nothing,
        label=nothing,
        adjustment=nothing,
        amount=nothing,
        tax=nothing,
        kept=nothing,
        uncovered=nothing,
        bonus=nothing,
        credit=nothing,
        remaining_before=nothing,
        remaining_after=nothing,
        most=nothing,
        lines=(),
        settled=_settled(change, plan),
        restock=() if plan.bill.due else _restock(change, plan),
    )


def _settled(change: Change, plan: ExchangePlan) -> tuple[SettledLine, ...]:
    """Units that were swapped are used up. Where something is due, they stay and are worth just that."""
    due, case = plan.bill.due, case_of(change.desk, change.session, change.rma)
    own = {
        swap: due_for(case.order, case.settlements, swap.returned.line_id, swap.returned.quantity).minor
        for swap in plan.swaps
    }
    cheaper = [max(0, swap.base.minor - swap.price.minor) for swap in plan.swaps]
    shares = spread(due.minor, cheaper) if due else [0] * len(plan.swaps)
    return tuple(
        _used_up(
            case.order,
            swap.returned.line_id,
            0 if due else swap.returned.quantity,
            own[swap] - min(share, own[swap]),
        )
        for swap, share in zip(plan.swaps, shares, strict=True)
    )


def _used_up(order: OrderSnapshot, line_id: int, units: int, gross: int) -> SettledLine:
    """So much of a line, with the tax inside: what is paid back of the rest later carries only its own."""
    line = order.line(line_id)
    taxes = resized(whole_line(line), gross).taxes if line is not None else {}
    return SettledLine(line_id, units, Money(gross, order.currency), tax_shares(taxes, order.currency))


def _restock(change: Change, plan: ExchangePlan) -> tuple[RestockLine, ...]:
    """Good units that came back. With money to follow, they go back on the shelf with that instead."""
    good: dict[int, int] = {}
    for receipt in returns.receipts_of(change.session, change.return_id):
        if receipt.condition is Condition.GOOD:
            good[receipt.line_id] = good.get(receipt.line_id, 0) + receipt.quantity
    items = {item.line_id: item for item in returns.items_of(change.session, change.return_id)}
    return tuple(
        RestockLine(
            line_id, items[line_id].sku, items[line_id].name, min(units, _exchanged(plan.swaps, line_id))
        )
        for line_id, units in good.items()
        if _exchanged(plan.swaps, line_id)
    )


def _exchanged(swaps: tuple[Swap, ...], line_id: int) -> int:
    return sum(swap.returned.quantity for swap in swaps if swap.returned.line_id == line_id)


def _order_number(row: Resolution) -> str:
    order = facts_of(row).order
    return order.number if order else ""
