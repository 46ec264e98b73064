"""ReturnCase: everything that shows one return shows, read at once. A value, not a query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.rules.choice import RefundPolicy, Settlement
from bot.rules.order import OrderSnapshot, ShopRefund, Stock
from bot.rules.page import Page
from bot.rules.turn import Clock
from store.money import Money
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Source, Wish


@dataclass(frozen=True)
class Person:
    """A member of the team: Slack's id for the mention, a name for everything that is not Slack."""

    user_id: str
    name: str


@dataclass(frozen=True)
class CaseItem:
    """Units of one order line the customer wants to send back, and what has arrived of them.

    ``due`` is what these units are worth today under rule M3: what was paid, less what is settled.
    """

    line_id: int
    name: str
    variant: str
    sku: str
    quantity: int
    reason: Reason
    due: Money
    note: str = ""
    received: Mapping[Condition, int] = field(default_factory=dict)
    photos: int = 0

    @property
    def arrived(self) -> int:
        """Units that came in, in whatever condition; a unit reported missing did not come in."""
        return sum(count for condition, count in self.received.items() if condition is not Condition.MISSING)


@dataclass(frozen=True)
class Extension:
    """A deadline that was moved: from when to when, by whom and why. ``old_end`` None had no end."""

    old_end: date | None
    new_end: date
    by: Person
    reason: str
    at: datetime


class ExchangeState(StrEnum):
    """How far an exchange has come."""

    WISHED = "wished"  # the customer asked for it, nobody has agreed yet
    UNDER_WAY = "under_way"  # the desk is at work in the shop or at the bank
    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_GOODS = "awaiting_goods"
    LAPSED = "lapsed"  # the customer was asked to pay often enough
    STUCK = "stuck"  # a person decides
    ENDING = "ending"  # it is being called off
    DONE = "done"


@dataclass(frozen=True)
class WantedArticle:
    """What the customer named, as the shop knew it then, for units of one line of the order.

    ``price`` is that of all its units; wishes that were kept long ago lack all but the numbers.
    """

    line_id: int
    quantity: int
    product_id: int
    variation_id: int = 0
    name: str = ""
    variant: str = ""
    sku: str = ""
    price: Money | None = None
    stock: int | None = None


@dataclass(frozen=True)
class ExchangeLine:
    """What goes out for units that come back, with its price for all of them."""

    line_id: int
    returned: int
    name: str
    variant: str
    sku: str
    quantity: int
    price: Money
    product_id: int = 0
    variation_id: int = 0


@dataclass(frozen=True)
class StrayPayment:
    """Money of the customer that the shop holds without a right to it: too late, twice, or another sum."""

    number: int
    amount: Money
    paid_at: datetime | None
    payment: str


@dataclass(frozen=True)
class UnseenPayment:
    """A request for payment that Stripe refuses to show, since when and why, a sentence of the catalogue."""

    amount: Money
    session_id: str
    since: datetime
    why: str
    why_values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExchangeDoubt:
    """An effect of an exchange without an answer: of whom it was asked, when, and when the desk looks."""

    stripe: bool
    since: datetime | None = None
    next_look_at: datetime | None = None


@dataclass(frozen=True)
class ExchangeWish:
    """What the customer wants instead. A ``difference`` above zero is the customer's to pay.

    ``paid_at``, ``paid`` and ``payment`` tell that and how it was paid; the link is what it is paid through.
    ``due`` is what the customer gets back once it is done, ``waived`` what was too little to charge.
    ``trouble`` is a sentence of the catalogue about what a person has to decide; ``checking`` means that
    nobody knows yet whether the last effect happened. ``claim``: nothing has to come back; ``ending``: it
    is being called off, also where that is stuck. ``unreserved``: the order was made, but its stock not set
    aside.
    """

    name: str
    sku: str = ""
    variant: str = ""
    quantity: int = 1
    price: Money | None = None
    difference: Money | None = None
    stock: int | None = None
    link_sent_at: datetime | None = None
    link_expires_at: datetime | None = None
    paid: Money | None = None
    paid_at: datetime | None = None
    payment: str = ""
    state: ExchangeState = ExchangeState.WISHED
    wanted: tuple[WantedArticle, ...] = ()
    lines: tuple[ExchangeLine, ...] = ()
    order_id: int = 0
    order_number: str = ""
    unreserved: bool = False
    due: Money | None = None
    waived: Money | None = None
    link: str = ""
    trouble: str = ""
    trouble_values: Mapping[str, str] = field(default_factory=dict)
    checking: bool = False
    doubt: ExchangeDoubt | None = None
    strays: tuple[StrayPayment, ...] = ()
    unseen: UnseenPayment | None = None
    claim: bool = False
    ending: bool = False

    @property
    def unpaid(self) -> bool:
        """Whether the customer still has to pay something."""
        return self.difference is not None and self.difference.minor > 0 and self.paid_at is None


@dataclass(frozen=True)
class CustomerHistory:
    """What the desk knows of this customer from before: orders of the shop, returns of the desk."""

    orders: int = 0
    returns: int = 0
    recent_returns: int = 0
    last_reasons: tuple[Reason, ...] = ()
    average_order: Money | None = None
    kept_before: int = 0
    credit_given: Money | None = None


class Step(StrEnum):
    """What is asked of the outside: money through the shop or through Stripe, a booking, a coupon."""

    SHOP_REFUND = "shop_refund"
    STRIPE_REFUND = "stripe_refund"
    BOOKING = "booking"
    CREDIT = "credit"


class Stage(StrEnum):
    """How far a step has come that is not over."""

    SENDING = "sending"  # it goes out now
    QUEUED = "queued"  # it goes out later: another refund of the order comes first
    PUT_OFF = "put_off"  # certainly not sent: the other side takes nothing now
    LOOKING = "looking"  # perhaps done: it is looked for
    REPEATING = "repeating"  # it is looked for no longer: it goes out once more
    PERSON = "person"  # the evidence does not decide


@dataclass(frozen=True)
class Progress:
    """The step that is being carried out. ``sends`` is how often it was sent so far.

    ``next_at`` is when the desk sends or looks again. Until ``open_until`` something that was sent may still
    take effect; if nothing shows after that, it goes out ``once_more`` by itself, or a person is asked.
    ``asked_to_wait``: it was put off because the other side said so.
    """

    step: Step
    stage: Stage
    sends: int = 0
    next_at: datetime | None = None
    open_until: datetime | None = None
    once_more: bool = False
    asked_to_wait: bool = False


@dataclass(frozen=True)
class Bank:
    """What the bank says of a refund: its number there, how it stands, and the bank's word for why."""

    refund_id: str
    status: str
    reason: str = ""

    @property
    def undecided(self) -> bool:
        """Whether the money is on its way and may still come back."""
        return self.status in ("pending", "requires_action")

    @property
    def returned(self) -> bool:
        """Whether the customer did not get the money."""
        return self.status in ("failed", "canceled")


@dataclass(frozen=True)
class CaseResolution:
    """One recorded act of settling. ``reference`` is what stands first in the shop's refund reason.

    While ``status`` is in doubt, ``asked_at`` is when the shop was asked and ``next_look_at`` when the desk
    looks again; ``needs_person`` means the evidence does not decide and two buttons do. ``why`` is a sentence
    of the catalogue about a refusal or about what a person has to decide, ``why_values`` its values.
    ``progress`` is None once nothing is under way, ``bank`` where it cannot be asked. ``proof`` is the
    reference under which a person found it done. ``booked`` is False while the shop's books lag behind the
    money, ``books_stuck`` if they will not follow by themselves.
    """

    resolution_id: int
    reference: str
    method: Method
    status: ResolutionStatus
    amount: Money
    kept: Money
    label: Money
    fee: Money
    credit: Money
    by: Person
    decided_at: datetime
    settled_at: datetime | None = None
    asked_at: datetime | None = None
    next_look_at: datetime | None = None
    needs_person: bool = False
    why: str = ""
    why_values: Mapping[str, str] = field(default_factory=dict)
    refund_id: int | None = None
    transfer_reference: str = ""
    credit_code_tail: str = ""
    restocked: tuple["StockMove", ...] = ()
    progress: Progress | None = None
    bank: Bank | None = None
    proof: str = ""
    booked: bool = True
    books_stuck: bool = False

    @property
    def came_back(self) -> bool:
        """Whether the bank gave the money back and nothing was paid since."""
        return self.bank is not None and self.bank.returned and self.status is ResolutionStatus.IN_DOUBT


@dataclass(frozen=True)
class StockMove:
    """The shop's counter of one product before and after; equal where the shop counted nothing."""

    sku: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class InformationRequest:
    """A question to the customer that is not answered yet; the refund clock waits for it."""

    text: str
    asked_at: datetime
    by: Person


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the timeline. ``verb`` names what happened, ``values`` fill its sentence."""

    at: datetime
    verb: str
    by: Person | None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ReturnCase:
    """One return, whole, as of ``as_of``. Everything a surface shows is computed from this value.

    ``opened_at`` is when the customer asked, ``language`` what they read. ``decided_by_rule`` is what was
    kept of the policy's decision who agrees (``bot.rules.approval``), ``return_address`` where parcels go.
    ``credit_paid`` is what the desk's own store credits paid of the order.
    """

    return_id: int
    number: str
    version: int
    status: ReturnStatus
    wish: Wish
    source: Source
    order: OrderSnapshot
    items: tuple[CaseItem, ...]
    policy: RefundPolicy
    opened_at: datetime
    as_of: datetime
    timezone: str = "UTC"
    settlements: tuple[Settlement, ...] = ()
    resolutions: tuple[CaseResolution, ...] = ()
    stock: Mapping[int, Stock] = field(default_factory=dict)
    history: CustomerHistory = field(default_factory=CustomerHistory)
    owner: Person | None = None
    owner_since: datetime | None = None
    received_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: Person | None = None
    closed_reason: str = ""
    window_end: date | None = None
    extension: Extension | None = None
    refund_due_by: date | None = None
    exchange: ExchangeWish | None = None
    credit_paid: Money | None = None
    question: InformationRequest | None = None
    unanswered_since: datetime | None = None
    photos: int = 0
    outside_refunds: tuple[ShopRefund, ...] = ()
    late_reason: str = ""
    tracking_number: str = ""
    language: str = "en"
    decided_by_rule: str = ""
    return_address: str = ""
    label_link: str = ""
    page: Page = Page.NONE
    waits_since: datetime | None = None
    clock: Clock | None = None
    free_at: datetime | None = None
    rings_at: datetime | None = None

    @property
    def open_resolution(self) -> CaseResolution | None:
        """The resolution that is being carried out or in doubt now, if any."""
        states = (ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT)
        return next((resolution for resolution in self.resolutions if resolution.status in states), None)

    @property
    def money_in_the_air(self) -> bool:
        """Whether money may be moving: nothing may be called failed or done until that is known."""
        asked = self.open_resolution
        return asked is not None and asked.method is not Method.EXCHANGE and not asked.came_back

    @property
    def exchange_stands(self) -> bool:
        """Whether the customer's exchange forbids every way of paying money back.

        Once it is done, what went out in exchange is used up, and only what is due beside it can be paid.
        """
        exchanges = [one.status for one in self.resolutions if one.method is Method.EXCHANGE]
        if any(status in (ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT) for status in exchanges):
            return True
        return self.wish is Wish.EXCHANGE and ResolutionStatus.DONE not in exchanges
