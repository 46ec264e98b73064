"""How an exchange goes on: from what was decided and what is known to be true, the one effect that is next.

Only facts are remembered: in which order they came to be known, or how often, does not matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.rules.exchange import ExchangeBill, Swap
from store.money import Money, total


class PaymentState(StrEnum):
    """How a request for payment stands at the bank, as last read there."""

    OPEN = "open"
    PROMISED = "promised"  # the customer did their part, the bank has not paid yet
    PAID = "paid"
    EXPIRED = "expired"


class OrderState(StrEnum):
    """How a replacement order stands in the shop: its stock is reserved, it is to be sent, or it is off."""

    RESERVED = "reserved"
    RELEASED = "released"
    CANCELLED = "cancelled"


class Effect(StrEnum):
    """What an exchange does to the outside world, or waits for."""

    EXPIRE = "expire"
    CANCEL_ORDER = "cancel_order"
    GIVE_BACK = "give_back"
    REPLACE = "replace"
    ASK_PAYMENT = "ask_payment"
    RELEASE = "release"
    FINISH = "finish"  # everything went out: the exchange is done
    END = "end"  # everything is called off: the exchange gives its place free
    AWAIT_PAYMENT = "await_payment"
    AWAIT_GOODS = "await_goods"
    AWAIT_PERSON = "await_person"


@dataclass(frozen=True)
class PaymentRequest:
    """A payment the customer was asked for. ``stray``: it was paid when it should not have been any more, or
    another sum was paid than asked for; it counts for nothing and a person gives it back.

    ``unseen_since``: Stripe refuses to show it since then, and why, a sentence of the catalogue with values.
    """

    number: int
    amount: Money
    session_id: str
    url: str
    asked_at: datetime
    expires_at: datetime
    operation: str = ""
    state: PaymentState = PaymentState.OPEN
    payment_intent: str = ""
    paid: Money | None = None
    paid_at: datetime | None = None
    given_back: Money | None = None
    stray: bool = False
    unseen_since: datetime | None = None
    unseen_why: str = ""
    unseen_values: dict[str, str] = field(default_factory=dict)
    unseen_told: bool = False

    @property
    def held(self) -> Money:
        """What of it is with the shop."""
        nothing = Money.zero(self.amount.currency)
        return (self.paid or nothing) - (self.given_back or nothing)

    @property
    def payable(self) -> bool:
        """Whether it can still be paid, or is being paid."""
        return self.state in (PaymentState.OPEN, PaymentState.PROMISED)


@dataclass(frozen=True)
class ReplacementMade:
    """An order of the shop that was made for an exchange, and for which decision of it.

    ``held``: the shop took its units out of stock when it was made.
    """

    revision: int
    order_id: int
    number: str
    state: OrderState = OrderState.RESERVED
    held: bool = True


@dataclass(frozen=True)
class ExchangePlan:
    """What was decided. Each new decision about the same exchange is a new ``revision`` of it."""

    revision: int
    swaps: tuple[Swap, ...]
    bill: ExchangeBill
    asked_before: int = 0  # requests for payment that do not count against the limit
    goods_expected: bool = True  # False for a claim: nothing has to come back first


@dataclass(frozen=True)
class ExchangeFacts:
    """What is known to be true. ``trouble`` is a sentence of the catalogue about what a person decides."""

    orders: tuple[ReplacementMade, ...] = ()
    payments: tuple[PaymentRequest, ...] = ()
    ended: bool = False
    trouble: str = ""
    trouble_values: dict[str, str] = field(default_factory=dict)

    def collected(self, currency: str) -> Money:
        """What the customer paid for this exchange and was not given back; strays are not for it."""
        return total((one.held for one in self.payments if not one.stray), currency)

    @property
    def order(self) -> ReplacementMade | None:
        """The replacement order that stands."""
        standing = [one for one in self.orders if one.state is not OrderState.CANCELLED]
        return standing[-1] if standing else None


@dataclass(frozen=True)
class NextStep:
    """The effect that is next: on which order (its id) or payment (its number), with which amount."""

    effect: Effect
    about: int = 0
    amount: Money | None = None


MOST_REQUESTS = 3  # requests for payment, a day each, before a person decides


def next_step(plan: ExchangePlan, facts: ExchangeFacts, *, received: bool) -> NextStep:
    """What comes next. ``received``: the goods came back, as many as are exchanged.

    What must not be any more is undone first; then money that is too much goes back, then the order is made,
    the difference asked for, and last of all it is sent.
    """
    return next(_steps(plan, facts, received=received))


def _steps(plan: ExchangePlan, facts: ExchangeFacts, *, received: bool) -> Iterator[NextStep]:
    wanted = Money.zero(plan.bill.owed.currency) if facts.ended else plan.bill.owed
    missing = wanted - facts.collected(wanted.currency)
    yield from _undo(plan, facts, missing)
    if missing.minor < 0:
        yield _give_back(facts.payments, Money(-missing.minor, missing.currency))
    if facts.ended:
        yield NextStep(Effect.END)
    if facts.trouble:
        yield NextStep(Effect.AWAIT_PERSON)
    yield from _go_on(plan, facts, missing, received=received)


def _undo(plan: ExchangePlan, facts: ExchangeFacts, missing: Money) -> Iterator[NextStep]:
    """Requests for what is not missing are closed, and known to be closed; then orders of before are."""
    asked = [one for one in facts.payments if one.payable]
    for one in asked:
        if facts.ended or one.amount != missing or one is not asked[-1]:
            if one.state is PaymentState.PROMISED:
                yield NextStep(Effect.AWAIT_PAYMENT, one.number)
            yield NextStep(Effect.EXPIRE, one.number)
    for made in facts.orders:
        stale = facts.ended or made.revision != plan.revision
        if stale and made.state is OrderState.RESERVED:
            yield NextStep(Effect.CANCEL_ORDER, made.order_id)


def _give_back(payments: Sequence[PaymentRequest], too_much: Money) -> NextStep:
    """The newest payment first: part of it, or all of it and the rest comes after."""
    one = next(one for one in reversed(payments) if one.held.minor > 0 and not one.stray)
    return NextStep(Effect.GIVE_BACK, one.number, min(too_much, one.held))


def _go_on(plan: ExchangePlan, facts: ExchangeFacts, missing: Money, *, received: bool) -> Iterator[NextStep]:
    order = facts.order
    if order is None:
        yield NextStep(Effect.REPLACE, plan.revision)
    assert order is not None
    if order.state is OrderState.RELEASED:
        yield NextStep(Effect.FINISH)
    if missing:
        yield from _collect(plan, facts, missing)
    yield NextStep(Effect.RELEASE if received else Effect.AWAIT_GOODS, order.order_id)


def _collect(plan: ExchangePlan, facts: ExchangeFacts, missing: Money) -> Iterator[NextStep]:
    if any(one.payable for one in facts.payments):
        yield NextStep(Effect.AWAIT_PAYMENT, facts.payments[-1].number)
    if len(facts.payments) - plan.asked_before >= MOST_REQUESTS:
        yield NextStep(Effect.AWAIT_PERSON)
    yield NextStep(Effect.ASK_PAYMENT, len(facts.payments) + 1, missing)
