"""A choice on an order, to the minor unit: the same value is shown and sent. Sends nothing itself."""

from collections.abc import Iterable, Mapping, Sequence

from bot.rules.basket import Basket, Worth, fill_basket, restock_lines
from bot.rules.bill import write_bill
from bot.rules.case import ReturnCase
from bot.rules.choice import (
    Problem,
    QuoteLine,
    RefundChoice,
    RefundPolicy,
    RefundQuote,
    SettledLine,
    Settlement,
)
from bot.rules.ledger import Part, due_for, remaining_units, settled_units, tax_shares
from bot.rules.objections import Facts, arrival_problems, problems_of
from bot.rules.order import LineKind, OrderSnapshot, Stock
from bot.rules.proposal import default_choice, possible_methods
from store.money import Money, spread, total
from store.terms import Method, Reason

__all__ = [
    "default_choice",
    "due_for",
    "possible_methods",
    "quote_for",
    "quote_refund",
    "remaining_units",
    "settled_units",
]


def quote_for(
    case: ReturnCase, choice: RefundChoice, *, reserved: Mapping[int, int] | None = None
) -> RefundQuote:
    """What ``choice`` amounts to on ``case``, with every reason against it that the case knows.

    ``reserved`` are units per line that other open returns of the order ask for.
    """
    return quote_refund(
        case.order,
        choice,
        policy=case.policy,
        settlements=case.settlements,
        reasons={item.line_id: item.reason for item in case.items},
        stock=case.stock,
        reserved=reserved,
        exchange_stands=case.exchange_stands,
        against=arrival_problems(case, choice),
    )


def quote_refund(
    order: OrderSnapshot,
    choice: RefundChoice,
    *,
    policy: RefundPolicy,
    settlements: Sequence[Settlement],
    reasons: Mapping[int, Reason],
    stock: Mapping[int, Stock],
    reserved: Mapping[int, int] | None = None,
    exchange_stands: bool = False,
    against: tuple[Problem, ...] = (),
) -> RefundQuote:
    """What ``choice`` amounts to. Always adds up; whether it may be carried out is in ``problems``.

    ``reasons`` and ``stock`` are by order line, ``against`` are problems found elsewhere.
    """
    basket = fill_basket(order, choice, policy, settlements, reserved or {})
    bill = write_bill(order, choice, policy=policy, settlements=settlements, reasons=reasons, basket=basket)
    paid = pay_out(bill.amount, basket.worths)
    facts = Facts(
        order, choice, policy, tuple(settlements), reserved or {}, stock, basket, bill, exchange_stands
    )

    def money(minor: int) -> Money:
        return Money(minor, order.currency)

    lines = _quote_lines(basket, paid, order.currency) if bill.amount else ()
    bonus = _bonus(money(bill.amount), choice, policy)
    deducted = basket.items + basket.shipping - bill.fee - bill.label + bill.uncovered
    return RefundQuote(
        method=choice.method,
        items=money(basket.items),
        shipping=money(basket.shipping),
        fee=money(bill.fee),
        label=money(bill.label),
        adjustment=money(bill.amount - deducted),
        amount=money(bill.amount),
        tax=total((share.amount for line in lines for share in line.taxes), order.currency),
        kept=money(bill.kept),
        uncovered=money(bill.uncovered),
        bonus=bonus,
        credit=money(bill.amount) + bonus if choice.method is Method.STORE_CREDIT else money(0),
        remaining_before=money(bill.remaining),
        remaining_after=money(bill.remaining - bill.amount),
        most=money(bill.most),
        lines=lines,
        settled=_settled(basket, paid, order.currency),
        restock=restock_lines(order, choice, basket.goods, stock),
        problems=(*problems_of(facts), *against),
    )


def pay_out(amount: int, worths: Sequence[Worth]) -> list[tuple[Part, ...]]:
    """``amount`` over the chosen lines in proportion to what they are worth; the parts sum to it exactly."""
    if not worths:
        return []
    weights = [worth.gross for worth in worths]
    if not any(weights):
        weights = [max(worth.line.gross.minor, 1) for worth in worths]
    pieces = spread(amount, weights)
    return [worth.paid_with(piece).parts for worth, piece in zip(worths, pieces, strict=True)]


def _quote_lines(basket: Basket, paid: Sequence[tuple[Part, ...]], currency: str) -> tuple[QuoteLine, ...]:
    """The lines of the shop's request, each line of the order once: goods, then discounts, then shipping."""
    own = [
        _quote_line(parts[0], worth.quantity, currency)
        for worth, parts in zip(basket.worths, paid, strict=True)
    ]
    discounts = [_quote_line(part, 0, currency) for part in _merged(parts[1:] for parts in paid)]
    goods, extras = own[: len(basket.goods)], own[len(basket.goods) :]
    return tuple(line for line in (*goods, *discounts, *extras) if line.quantity or line.gross)


def _quote_line(part: Part, quantity: int, currency: str) -> QuoteLine:
    return QuoteLine(part.line_id, quantity, Money(part.net, currency), tax_shares(part.taxes, currency))


def _merged(groups: Iterable[Sequence[Part]]) -> list[Part]:
    """Parts of the same line added up."""
    merged: dict[int, Part] = {}
    for part in (part for group in groups for part in group):
        known = merged.get(part.line_id, Part(part.line_id, 0, dict.fromkeys(part.taxes, 0)))
        taxes = {rate: tax + part.taxes[rate] for rate, tax in known.taxes.items()}
        merged[part.line_id] = Part(part.line_id, known.net + part.net, taxes)
    return list(merged.values())


def _settled(basket: Basket, paid: Sequence[tuple[Part, ...]], currency: str) -> tuple[SettledLine, ...]:
    """What this choice uses up: what was due, kept or paid, or what was paid where that is more."""
    own = [
        _settled_line(worth, max(worth.parts[0], parts[0], key=lambda part: part.gross), currency)
        for worth, parts in zip(basket.worths, paid, strict=True)
    ]
    discounts = [
        SettledLine(part.line_id, 0, Money(part.gross, currency), tax_shares(part.taxes, currency))
        for part in _merged(worth.parts[1:] for worth in basket.worths)
    ]
    return tuple(line for line in (*own, *discounts) if line.quantity or line.gross)


def _settled_line(worth: Worth, part: Part, currency: str) -> SettledLine:
    quantity = worth.quantity if worth.line.kind is LineKind.PRODUCT else 0
    return SettledLine(
        worth.line.line_id, quantity, Money(part.gross, currency), tax_shares(part.taxes, currency)
    )


def _bonus(amount: Money, choice: RefundChoice, policy: RefundPolicy) -> Money:
    """What the shop adds to store credit (rule G5); it is outside of the order."""
    if choice.method is not Method.STORE_CREDIT:
        return Money.zero(amount.currency)
    bonus = amount.percent(policy.credit_bonus_percent)
    return bonus if policy.credit_bonus_cap is None else min(bonus, policy.credit_bonus_cap)
