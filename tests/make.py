"""Builders with defaults for the rules' values: name only what a test is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.rules.case import CaseItem, CaseResolution, ExchangeWish, Extension, Person, ReturnCase
from bot.rules.choice import ChosenUnits, RefundChoice, RefundPolicy, RefundQuote, Settlement
from bot.rules.order import (
    Buyer,
    LineKind,
    OrderLine,
    OrderSnapshot,
    RefundedLine,
    ShopRefund,
    Stock,
    TaxShare,
)
from bot.rules.refund import due_for, quote_refund
from store.money import Money, total
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Source, Wish

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE = Person("U01ALICE", "Alice")
BOB = Person("U02BOB", "Bob")


def money(text: str, currency: str = "EUR") -> Money:
    """``money("61.10")`` is 61.10 EUR."""
    return Money.of(text, currency)


def a_line(line_id: int = 1, gross: str = "99.00", quantity: int = 3, **given: Any) -> OrderLine:
    """Three units of 33.00, 20 % tax inside. ``taxes`` is a mapping of rate to text, ``currency`` a code."""
    currency = given.pop("currency", "EUR")
    paid = money(gross, currency)
    taxes = given.pop("taxes", None)
    rates = {1: Money(_twenty_percent_inside(paid.minor), currency)} if taxes is None else {}
    rates |= {rate: money(tax, currency) for rate, tax in (taxes or {}).items()}
    fields: dict[str, Any] = {
        "kind": LineKind.PRODUCT,
        "name": f"Mug {line_id}",
        "product_id": 100 + line_id,
        "sku": f"MUG-{line_id}",
        "reduced_stock": quantity,
    }
    shares = tuple(TaxShare(rate, tax) for rate, tax in rates.items())
    return OrderLine(line_id=line_id, quantity=quantity, gross=paid, taxes=shares, **(fields | given))


def shipping(gross: str = "6.00", line_id: int = 90, **given: Any) -> OrderLine:
    """A shipping line, 20 % tax inside."""
    return a_line(line_id, gross, 0, kind=LineKind.SHIPPING, name="Flat rate", product_id=0, sku="", **given)


def a_fee(gross: str = "-12.00", line_id: int = 95, **given: Any) -> OrderLine:
    """A fee line; below zero it is a discount on the whole order."""
    return a_line(line_id, gross, 0, kind=LineKind.FEE, name="Fee", product_id=0, sku="", **given)


def an_order(*lines: OrderLine, **given: Any) -> OrderSnapshot:
    """A paid order of Marie Dupont's, by default three mugs for 99.00, on a card that can pay back."""
    bought = lines or (a_line(),)
    currency = bought[0].gross.currency
    fields: dict[str, Any] = {
        "order_id": 5567,
        "number": "5567",
        "status": "completed",
        "currency": currency,
        "total": total((line.gross for line in bought), currency),
        "buyer": Buyer("Marie Dupont", "marie@example.com", "+33 1 23 45 67 89", "FR", 7),
        "payment_method": "stripe",
        "payment_title": "Card (Stripe)",
        "transaction_id": "ch_1",
        "created_at": datetime(2026, 11, 9, 9, tzinfo=UTC),
        "modified_at": datetime(2026, 11, 13, 9, tzinfo=UTC),
        "paid_at": datetime(2026, 11, 9, 9, tzinfo=UTC),
        "completed_at": datetime(2026, 11, 10, 9, tzinfo=UTC),
        "delivered_at": datetime(2026, 11, 13, 9, tzinfo=UTC),
        "read_at": NOON,
        "gateway_can_refund": True,
    }
    return OrderSnapshot(lines=bought, **(fields | given))


def a_refund(amount: str, *lines: RefundedLine, refund_id: int = 900, **given: Any) -> ShopRefund:
    """A refund row of the shop, made by somebody in its own pages."""
    fields: dict[str, Any] = {"reason": "", "paid_back": True, "finished": True, "created_at": NOON}
    currency = given.pop("currency", "EUR")
    return ShopRefund(refund_id, money(amount, currency), lines=lines, **(fields | given))


def refunded(line_id: int, quantity: int, gross: str, taxes: Mapping[int, str] | None = None) -> RefundedLine:
    """What a refund row took from one line."""
    shares = tuple(TaxShare(rate, money(tax)) for rate, tax in (taxes or {}).items())
    return RefundedLine(line_id, quantity, money(gross), shares)


def a_stock(line: OrderLine, quantity: int | None = 3, *, managed: bool = True) -> Stock:
    """The shop's counter of a line's product."""
    return Stock(line.product_id, line.variation_id, managed, quantity, NOON)


def a_policy(**given: Any) -> RefundPolicy:
    """A label of 4.90 and nothing else; amounts may be texts."""
    currency = given.pop("currency", "EUR")
    fields: dict[str, Any] = {"label_cost": "4.90"} | given
    amounts = {name: money(text, currency) for name, text in fields.items() if isinstance(text, str)}
    return RefundPolicy(**(fields | amounts))


def a_choice(
    *units: ChosenUnits | tuple[int, int] | tuple[int, int, Condition], **given: Any
) -> RefundChoice:
    """A choice of units, given as (line, quantity) or (line, quantity, condition)."""
    chosen = tuple(one if isinstance(one, ChosenUnits) else _units(*one) for one in units)
    amount = given.pop("custom_amount", None)
    custom = money(amount) if isinstance(amount, str) else amount
    fields = {"method": Method.GATEWAY_REFUND} | given
    return RefundChoice(units=chosen, custom_amount=custom, **fields)


def a_quote(
    order: OrderSnapshot | None = None, choice: RefundChoice | None = None, **given: Any
) -> RefundQuote:
    """What a choice amounts to, by default two of the three mugs."""
    fields: dict[str, Any] = {"policy": a_policy(), "settlements": (), "reasons": {}, "stock": {}}
    return quote_refund(order or an_order(), choice or a_choice((1, 2)), **(fields | given))


def a_settlement(
    quote: RefundQuote, reference: str = "RMA-1042-R1", refund_id: int | None = None
) -> Settlement:
    """What remains of a quote once it was carried out."""
    return Settlement(reference, quote.settled, quote.amount, refund_id)


def an_item(line_id: int = 1, quantity: int = 2, due: str = "66.00", **given: Any) -> CaseItem:
    """Two mugs the customer changed their mind about; ``received`` is nothing yet."""
    fields: dict[str, Any] = {
        "name": f"Mug {line_id}",
        "variant": "white",
        "sku": f"MUG-{line_id}",
        "reason": Reason.CHANGED_MIND,
    }
    worth = due if isinstance(due, Money) else money(due)
    return CaseItem(line_id=line_id, quantity=quantity, due=worth, **(fields | given))


def a_case(*items: CaseItem, **given: Any) -> ReturnCase:
    """RMA-1042: two of three mugs, wished back as money, opened this morning. Fields by name."""
    order = given.pop("order", None) or an_order()
    status = given.get("status", ReturnStatus.PENDING)
    received = {Condition.GOOD: 2} if status in (ReturnStatus.RECEIVED, ReturnStatus.RESOLVED) else {}
    fields: dict[str, Any] = {
        "return_id": 42,
        "number": "RMA-1042",
        "version": 1,
        "status": status,
        "wish": Wish.REFUND,
        "source": Source.STAFF,
        "policy": a_policy(currency=order.currency),
        "opened_at": datetime(2026, 11, 23, 8, tzinfo=UTC),
        "as_of": NOON,
        "timezone": "Europe/Paris",
        "stock": {line.line_id: a_stock(line) for line in order.products},
        "window_end": date(2026, 11, 27),
        "refund_due_by": date(2026, 12, 7),
        "received_at": NOON if received else None,
    }
    due = due_for(order, given.get("settlements", ()), 1, 2)
    listed = items or (replace(an_item(received=received), due=due),)
    return ReturnCase(order=order, items=listed, **(fields | given))


def a_resolution(status: ResolutionStatus = ResolutionStatus.DONE, **given: Any) -> CaseResolution:
    """61.10 to the card, 4.90 kept for the label, decided by Alice."""
    none = Money.zero("EUR")
    fields: dict[str, Any] = {
        "resolution_id": 1,
        "reference": "RMA-1042-R1",
        "method": Method.GATEWAY_REFUND,
        "amount": money("61.10"),
        "kept": money("4.90"),
        "label": money("4.90"),
        "fee": none,
        "credit": none,
        "by": ALICE,
        "decided_at": NOON,
        "settled_at": NOON if status is ResolutionStatus.DONE else None,
    }
    return CaseResolution(status=status, **(fields | given))


def an_exchange(difference: str | None = "30.00", **given: Any) -> ExchangeWish:
    """A hoodie of 80.00 instead; the customer owes 30.00."""
    fields: dict[str, Any] = {
        "name": "Hoodie, L, grey",
        "sku": "HOOD-L-G",
        "price": money("80.00"),
        "stock": 7,
    }
    owed = money(difference) if difference is not None else None
    return ExchangeWish(difference=owed, **(fields | given))


def an_extension(**given: Any) -> Extension:
    """Fifteen more days, granted by Bob."""
    fields: dict[str, Any] = {
        "old_end": date(2026, 11, 27),
        "new_end": date(2026, 12, 12),
        "by": BOB,
        "reason": "parcel lost once",
        "at": NOON,
    }
    return Extension(**(fields | given))


def _units(line_id: int, quantity: int, condition: Condition = Condition.GOOD) -> ChosenUnits:
    return ChosenUnits(line_id, quantity, condition)


def _twenty_percent_inside(gross: int) -> int:
    """The tax inside a gross amount at 20 %: a sixth, half up; below zero the other way round."""
    sign = -1 if gross < 0 else 1
    return sign * ((abs(gross) * 2 + 6) // 12)
