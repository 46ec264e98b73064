"""Every reason against carrying a choice out, as sentences of the catalogue. It computes no amounts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.rules.basket import Basket, Worth, paid_units, payable_most, restockable
from bot.rules.bill import Bill
from bot.rules.case import CaseItem, ReturnCase
from bot.rules.choice import Problem, RefundChoice, RefundPolicy, Settlement
from bot.rules.order import LineKind, OrderSnapshot, Stock
from store.money import Money
from store.terms import FAULT_REASONS, Method

MONEY_METHODS = (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND)

# The shop itself refunds such orders without a word (recordings refund_pending_unpaid_manual,
# refund_cancelled_manual, refund_on_trashed_order), so the desk has to refuse.
NOT_REFUNDABLE = frozenset({"pending", "on-hold", "failed", "cancelled", "checkout-draft", "trash"})

NEEDS_HUMAN: Mapping[str, Problem] = {
    "subscription": Problem(
        "This order belongs to a subscription, so the desk proposes no amount. Check it in the "
        "shop and enter the amount yourself.",
        field="custom_amount",
    ),
    "deposit": Problem(
        "This order was paid with a deposit, so the desk proposes no amount. Check it in the "
        "shop and enter the amount yourself.",
        field="custom_amount",
    ),
    "gift_card": Problem(
        "Part of this order was paid with a gift card, so the desk proposes no amount. Check it in "
        "the shop and enter the amount yourself.",
        field="custom_amount",
    ),
    "fractional_quantity": Problem(
        "This order was sold by weight or length, so the desk proposes no amount. Check it in "
        "the shop and enter the amount yourself.",
        field="custom_amount",
    ),
}
UNUSUAL = Problem(
    "Something about this order is unusual, so the desk proposes no amount. Check it in the "
    "shop and enter the amount yourself.",
    field="custom_amount",
)


@dataclass(frozen=True)
class Facts:
    """What the objections look at."""

    order: OrderSnapshot
    choice: RefundChoice
    policy: RefundPolicy
    settlements: tuple[Settlement, ...]
    reserved: Mapping[int, int]
    stock: Mapping[int, Stock]
    basket: Basket
    bill: Bill
    exchange_stands: bool

    def money(self, minor: int) -> Money:
        """Minor units in the order's currency."""
        return Money(minor, self.order.currency)


def problems_of(facts: Facts) -> tuple[Problem, ...]:
    """Everything against the choice, what forbids it first."""
    found = [
        *order_problems(facts.order, exchange_stands=facts.exchange_stands),
        *method_problems(facts.order, facts.choice.method),
        *_unit_problems(facts),
        *_amount_problems(facts),
        *_field_problems(facts),
        *_notices(facts),
    ]
    return tuple(sorted(found, key=lambda problem: problem.warning))


def order_problems(order: OrderSnapshot, *, exchange_stands: bool) -> Iterator[Problem]:
    """What forbids every way of giving money back on ``order`` (rules X6, G6, M15)."""
    if exchange_stands:
        yield Problem(
            "The customer chose an exchange, so no money can be given back. Cancel the exchange first."
        )
    if order.status in NOT_REFUNDABLE or order.paid_at is None:
        yield Problem("The shop does not count this order as paid, so there is nothing to give back.")
    if not order.decimals_confirmed:
        yield Problem(
            "The shop shows prices with another number of decimals than {currency} has. Until an admin "
            "changes that, no money can be given back from here.",
            {"currency": order.currency},
        )


def method_problems(order: OrderSnapshot, method: Method) -> Iterator[Problem]:
    """What forbids this way of settling (rules G7, G10)."""
    if method is Method.EXCHANGE:
        yield Problem("An exchange gives no money back; settle it from the card.", field="method")
    if method is Method.GATEWAY_REFUND and order.disputed:
        yield Problem(
            "The customer's bank disputes this payment: a refund now could pay twice. "
            "Answer the dispute first.",
            field="method",
        )
    if method is Method.GATEWAY_REFUND and not order.gateway_can_refund:
        yield _cannot_refund(order)


def arrival_problems(case: ReturnCase, choice: RefundChoice) -> tuple[Problem, ...]:
    """Units to be paid that have not arrived (rule S2): forbidden, unless they may be kept."""
    items = {item.line_id: item for item in case.items}
    found = []
    for line, units in paid_units(case.order, choice).items():
        item = items.get(line.line_id)
        if item is not None and units > item.arrived:
            found.append(_not_arrived(item, may_keep=may_keep(case, item)))
    return tuple(found)


def may_keep(case: ReturnCase, item: CaseItem) -> bool:
    """Whether ``item`` may be paid before it arrives: the policy says so, or the shop is at fault."""
    return case.policy.keep_it or item.reason in FAULT_REASONS


def human_needed(order: OrderSnapshot) -> tuple[Problem, ...]:
    """Why the desk proposes no amount on ``order`` (rule G11)."""
    return tuple(NEEDS_HUMAN.get(word, UNUSUAL) for word in order.needs_human)


def _cannot_refund(order: OrderSnapshot) -> Problem:
    if not order.payment_title:
        return Problem(
            "This order names no way of paying that could pay back. Choose a manual refund or store credit.",
            field="method",
        )
    return Problem(
        "“{title}” cannot pay back by itself. Choose a manual refund or store credit.",
        {"title": order.payment_title},
        field="method",
    )


def _not_arrived(item: CaseItem, *, may_keep: bool) -> Problem:
    values = {"name": item.name, "count": item.arrived}
    if may_keep:
        return Problem(
            "Of “{name}” {count} have arrived; the customer keeps the rest.",
            values,
            field="units",
            warning=True,
        )
    return Problem(
        "Of “{name}” only {count} have arrived. Note what arrived first, or choose fewer.",
        values,
        field="units",
    )


def _unit_problems(facts: Facts) -> Iterator[Problem]:
    order, choice = facts.order, facts.choice
    if not choice.units and not choice.refund_shipping:
        yield Problem("Choose at least one item.", field="units")
    for chosen in choice.units:
        line = order.line(chosen.line_id)
        if line is None or line.kind is not LineKind.PRODUCT:
            yield Problem("That line is not part of this order.", field="units")
        elif chosen.quantity < 1:
            yield Problem(
                "Of “{name}” choose at least one, or untick it.", {"name": line.name}, field="units"
            )
    for line, units in paid_units(order, choice).items():
        most = payable_most(order, facts.settlements, facts.reserved, line)
        if line.gift_card:
            yield Problem(
                "“{name}” is a gift card and cannot be paid back.", {"name": line.name}, field="units"
            )
        if units > most:
            yield Problem(
                "Of “{name}” only {count} can still be paid back.",
                {"name": line.name, "count": most},
                field="units",
            )


def _amount_problems(facts: Facts) -> Iterator[Problem]:
    choice, bill = facts.choice, facts.bill
    if choice.custom_amount is not None:
        yield from _custom_problems(facts)
    else:
        yield from human_needed(facts.order)
    if bill.limit <= 0 < facts.order.total.minor:
        yield Problem("Nothing of this order is left to give back.")
    elif choice.units and not bill.amount and not any(paid_units(facts.order, choice).values()):
        yield Problem(
            "Nothing of what you chose is paid back: units that are missing or not ours are worth "
            "nothing. Choose others, or enter an amount as goodwill.",
            field="units",
        )
    if bill.card_left is not None and bill.amount > bill.card_left:
        yield Problem(
            "Of the payment itself only {amount} is left; give the rest back another way.",
            {"amount": facts.money(bill.card_left)},
            field="custom_amount",
        )


def _custom_problems(facts: Facts) -> Iterator[Problem]:
    custom, bill = facts.choice.custom_amount, facts.bill
    assert custom is not None
    if custom.currency != facts.order.currency:
        yield Problem(
            "This order was paid in {currency}.", {"currency": facts.order.currency}, field="custom_amount"
        )
    elif custom.minor < 1:
        yield Problem("Enter an amount above zero.", field="custom_amount")
    elif custom.minor > bill.most:
        yield _too_much(facts)
    elif custom.minor % bill.step:
        yield Problem(
            "Card refunds in {currency} must end in 0.", {"currency": custom.currency}, field="custom_amount"
        )


def _too_much(facts: Facts) -> Problem:
    values = {"amount": facts.money(facts.bill.most)}
    if facts.choice.goodwill:
        return Problem("Even as goodwill at most {amount} can be given.", values, field="custom_amount")
    if facts.bill.most < facts.bill.limit:
        return Problem(
            "What you chose is worth {amount} at most. Tick goodwill to give more.",
            values,
            field="custom_amount",
        )
    return Problem("At most {amount} of this order is left to give back.", values, field="custom_amount")


def _field_problems(facts: Facts) -> Iterator[Problem]:
    if facts.choice.method is Method.MANUAL_REFUND and not facts.choice.reference.strip():
        yield Problem(
            "Enter the reference of your transfer, so that it can be found again.", field="reference"
        )
    if facts.basket.shipping_refused:
        yield Problem(
            "Shipping of this order was given back before; that happens once.", field="refund_shipping"
        )


def _notices(facts: Facts) -> Iterator[Problem]:
    choice, bill = facts.choice, facts.bill
    if bill.waived and (choice.deduct_label or choice.charge_fee):
        yield Problem(
            "The reason of this return waives label and fee. To charge them anyway, say why.",
            field="charge_anyway",
            warning=True,
        )
    if bill.uncovered:
        yield Problem(
            "The deductions are {amount} more than the goods are worth: nothing is paid, and the customer is "
            "not charged the rest.",
            {"amount": facts.money(bill.uncovered)},
            warning=True,
        )
    elif not bill.amount and any(worth.quantity for worth in facts.basket.goods):
        yield Problem("Nothing will be paid.", warning=True)
    if facts.order.disputed and choice.method is not Method.GATEWAY_REFUND:
        yield Problem(
            "The customer's bank disputes this payment and may take the money back itself.", warning=True
        )
    if choice.restock:
        yield from _restock_notices(facts, facts.basket.goods)


def _restock_notices(facts: Facts, goods: Iterable[Worth]) -> Iterator[Problem]:
    for worth in goods:
        if worth.quantity and not restockable(facts.choice, worth, facts.stock):
            yield Problem(
                "“{name}” does not go back on the shelf: it is not in good condition, or the shop counts no "
                "stock for it.",
                {"name": worth.line.name},
                field="restock",
                warning=True,
            )
