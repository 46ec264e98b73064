"""From what the basket is worth to what is paid: clamp, fee, label, custom amount, in this order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.rules.basket import Basket
from bot.rules.choice import RefundChoice, RefundPolicy, Settlement
from bot.rules.ledger import account, order_remaining
from bot.rules.order import OrderSnapshot
from store.money import Money, exponent
from store.terms import FAULT_REASONS, Method, Reason


@dataclass(frozen=True)
class Bill:
    """Minor units of one choice. ``payable`` is what could be paid before anything is deducted.

    ``amount`` is what is paid, always within ``limit``; ``card_left`` is what the payment method itself may
    still give back, None where it paid everything.
    """

    remaining: int
    limit: int
    step: int
    payable: int
    fee: int
    label: int
    uncovered: int
    amount: int
    most: int
    waived: bool
    card_left: int | None

    @property
    def kept(self) -> int:
        """What the shop keeps on purpose of what it could have paid."""
        return max(0, self.payable - self.amount)


def write_bill(
    order: OrderSnapshot,
    choice: RefundChoice,
    *,
    policy: RefundPolicy,
    settlements: Sequence[Settlement],
    reasons: Mapping[int, Reason],
    basket: Basket,
) -> Bill:
    """All numbers of a choice: goods, less fee, less label, not below zero; a custom amount replaces them."""
    remaining, step = order_remaining(order, settlements).minor, step_of(order.currency, choice.method)
    limit = remaining - remaining % step
    payable = max(0, min(_stepped(order, settlements, basket, step), limit))
    at_fault = fault_lines(basket, reasons)
    waived = bool(at_fault) and not choice.charge_anyway.strip()
    fee = _fee(choice, policy, basket, at_fault if waived else frozenset(), payable)
    label = policy.label_cost.minor if choice.deduct_label and not waived else 0
    computed = max(0, payable - fee - label)
    wanted = choice.custom_amount.minor if choice.custom_amount else computed - computed % step
    return Bill(
        remaining=remaining,
        limit=limit,
        step=step,
        payable=payable,
        fee=fee,
        label=label,
        uncovered=0 if choice.custom_amount else max(0, fee + label - payable),
        amount=max(0, min(wanted, limit)) if basket.worths else 0,
        most=_most(choice, policy, payable + basket.unpaid_shipping, limit),
        waived=waived,
        card_left=_card_left(order, settlements) if choice.method is Method.GATEWAY_REFUND else None,
    )


def step_of(currency: str, method: Method) -> int:
    """Cards take three-decimal currencies only with a last digit of 0 (docs.stripe.com/currencies)."""
    return 10 if method is Method.GATEWAY_REFUND and exponent(currency) == 3 else 1


def fault_lines(basket: Basket, reasons: Mapping[int, Reason]) -> frozenset[int]:
    """The chosen lines that come back through a fault of the shop's (rule M12)."""
    return frozenset(
        worth.line.line_id for worth in basket.goods if reasons.get(worth.line.line_id) in FAULT_REASONS
    )


def _stepped(order: OrderSnapshot, settlements: Sequence[Settlement], basket: Basket, step: int) -> int:
    """The basket's worth in whole steps, rounded cumulatively over the order so that the parts add up."""
    before = sum(account(order, settlements, line).gross for line in order.lines)
    after = before + basket.items + basket.shipping
    return _to_step(after, step) - _to_step(before, step)


def _to_step(amount: int, step: int) -> int:
    return (amount + step // 2) // step * step


def _fee(
    choice: RefundChoice, policy: RefundPolicy, basket: Basket, free: frozenset[int], payable: int
) -> int:
    """The restocking fee: percent of the goods paid back, without lines that are free of it."""
    if not choice.charge_fee:
        return 0
    base = sum(worth.gross for worth in basket.goods if worth.line.line_id not in free)
    return Money(min(base, payable), policy.label_cost.currency).percent(policy.restocking_fee_percent).minor


def _most(choice: RefundChoice, policy: RefundPolicy, worth: int, limit: int) -> int:
    """The largest custom amount (rule M14): what was chosen is worth, more only as goodwill."""
    if not choice.goodwill:
        return min(worth, limit)
    return limit if policy.goodwill_limit is None else min(worth + policy.goodwill_limit.minor, limit)


def _card_left(order: OrderSnapshot, settlements: Sequence[Settlement]) -> int | None:
    """What the payment method took and has not given back; what is not known for certain counts as given."""
    if order.card_paid is None:
        return None
    booked = sum(refund.amount.minor for refund in order.refunds if refund.paid_back or not refund.finished)
    unseen = order.remaining.minor - order_remaining(order, settlements).minor
    return max(0, order.card_paid.minor - booked - unseen)
