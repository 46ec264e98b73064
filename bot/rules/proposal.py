"""What the refund box shows ticked when it opens, and which ways of settling are open at all."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from bot.rules.basket import PAID_CONDITIONS, Worth, restockable
from bot.rules.case import CaseItem, ReturnCase
from bot.rules.choice import ChosenUnits, Problem, RefundChoice
from bot.rules.ledger import account, order_remaining, remaining_units
from bot.rules.objections import MONEY_METHODS, method_problems, order_problems
from bot.rules.order import LineKind
from store.terms import FAULT_REASONS, Condition, Method, Reason, ResolutionStatus, Wish

WISHED = {
    Wish.REFUND: (Method.GATEWAY_REFUND, Method.MANUAL_REFUND, Method.STORE_CREDIT),
    Wish.STORE_CREDIT: (Method.STORE_CREDIT, Method.GATEWAY_REFUND, Method.MANUAL_REFUND),
    Wish.EXCHANGE: (Method.STORE_CREDIT, Method.GATEWAY_REFUND, Method.MANUAL_REFUND),
}


def possible_methods(case: ReturnCase) -> Mapping[Method, Problem | None]:
    """Each way of giving money back, and the reason why it is not possible, or None."""
    return {method: next(_against(case, method), None) for method in MONEY_METHODS}


def default_choice(case: ReturnCase) -> RefundChoice:
    """What is ticked before anybody touches the box: what arrived, or else what was announced.

    Nothing is ticked where no amount may be proposed (rule G11).
    """
    units = () if case.order.needs_human else _default_units(case)
    reasons = {item.line_id: item.reason for item in case.items}
    chosen = [reasons[one.line_id] for one in units if one.condition in PAID_CONDITIONS]
    in_full = any(reason in FAULT_REASONS for reason in chosen) or is_difference(case)
    return RefundChoice(
        units=units,
        method=_default_method(case),
        deduct_label=bool(units) and not in_full and bool(case.policy.label_cost) and not _label_taken(case),
        charge_fee=bool(units) and not in_full and case.policy.restocking_fee_percent > 0,
        refund_shipping=bool(units) and _full_withdrawal(case, units) and not is_difference(case),
        restock=_worth_restocking(case, units),
    )


def is_difference(case: ReturnCase) -> bool:
    """Whether all that is left to give back is what a replacement was cheaper (rule X5): nothing is kept."""
    exchanges = [one.status for one in case.resolutions if one.method is Method.EXCHANGE]
    return case.wish is Wish.EXCHANGE and ResolutionStatus.DONE in exchanges


def _against(case: ReturnCase, method: Method) -> Iterator[Problem]:
    if case.open_resolution is not None and not case.exchange_stands:
        yield Problem(
            "A {method} is under way; wait until its outcome is known.",
            {"method": case.open_resolution.method},
        )
    yield from order_problems(case.order, exchange_stands=case.exchange_stands)
    if not order_remaining(case.order, case.settlements) and case.order.total:
        yield Problem("Nothing of this order is left to give back.")
    yield from method_problems(case.order, method)


def _default_units(case: ReturnCase) -> tuple[ChosenUnits, ...]:
    received = any(item.received for item in case.items)
    return tuple(units for item in case.items for units in _units_of(case, item, received=received))


def _units_of(case: ReturnCase, item: CaseItem, *, received: bool) -> Iterator[ChosenUnits]:
    """The item's units that are still open, good ones first; one that is missing is not ticked."""
    arrived = item.received if received else {expected_condition(item.reason): item.quantity}
    left = item.quantity - _settled_here(case, item)
    payable = remaining_units(case.order, case.settlements, item.line_id)
    for condition in (Condition.GOOD, Condition.DAMAGED, Condition.WRONG_ITEM):
        most = min(left, payable) if condition in PAID_CONDITIONS else left
        units = max(0, min(arrived.get(condition, 0), most))
        if units:
            yield ChosenUnits(item.line_id, units, condition)
        left -= units
        payable -= units


def expected_condition(reason: Reason) -> Condition:
    """How units are taken to be before anybody has seen them: as the customer says."""
    return Condition.DAMAGED if reason in (Reason.DAMAGED, Reason.DEFECTIVE) else Condition.GOOD


def _settled_here(case: ReturnCase, item: CaseItem) -> int:
    """Units of the item that an earlier resolution of this very return settled."""
    return sum(
        line.quantity
        for settlement in case.settlements
        if settlement.reference.startswith(f"{case.number}-R")
        for line in settlement.lines
        if line.line_id == item.line_id
    )


def _default_method(case: ReturnCase) -> Method:
    if case.exchange_stands:
        return Method.EXCHANGE
    possible = possible_methods(case)
    wished = WISHED[case.wish]
    return next((method for method in wished if possible.get(method) is None), wished[0])


def _label_taken(case: ReturnCase) -> bool:
    """One parcel, one label: an earlier resolution of this return may have deducted it already."""
    return any(one.label and one.status is not ResolutionStatus.REFUSED for one in case.resolutions)


def _full_withdrawal(case: ReturnCase, units: tuple[ChosenUnits, ...]) -> bool:
    """Whether everything bought comes back, asked for in time: then shipping is paid back too (rule M9)."""
    paid: dict[int, int] = {}
    for one in units:
        if one.condition in PAID_CONDITIONS:
            paid[one.line_id] = paid.get(one.line_id, 0) + one.quantity
    everything = all(paid.get(line.line_id, 0) >= line.quantity for line in case.order.products)
    shipping = [line for line in case.order.lines if line.kind is LineKind.SHIPPING and line.gross]
    untouched = all(not account(case.order, case.settlements, line).gross for line in shipping)
    return everything and bool(shipping) and untouched and _in_time(case)


def _in_time(case: ReturnCase) -> bool:
    asked = case.opened_at.astimezone(ZoneInfo(case.timezone)).date()
    return case.window_end is None or asked <= case.window_end


def _worth_restocking(case: ReturnCase, units: tuple[ChosenUnits, ...]) -> bool:
    """Whether good units have come in that the shop counts; what never arrived is not put on a shelf."""
    choice = RefundChoice(units, restock=True)
    for one in units:
        line = case.order.line(one.line_id)
        arrived = any(item.arrived for item in case.items if item.line_id == one.line_id)
        if line and arrived and restockable(choice, Worth(line, one.quantity, ()), case.stock):
            return True
    return False
