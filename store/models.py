"""The tables. Whoever writes a row validated it at the door; the constraints here are the last wall.

Two partial indexes carry the desk's hardest promises: a return has at most one resolution that is under way
(so an exchange that stands, or a refund in doubt, refuses every other way of settling), and a slot of a
return is settled at most once. No code path can step around them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import document, index_where, minor_units, unique_where, words_of
from store.terms import (
    Author,
    Condition,
    DifferenceKind,
    Method,
    OperationState,
    PersonKind,
    Reason,
    ResolutionStatus,
    ReturnStatus,
    Source,
    Wish,
)

# Whether the customer has a question of the team to answer, in words an index can be asked with.
ASKED = {"sqlite": "question <> 'null'", "postgresql": "question::text <> 'null'"}

# Whether the goods are on their way or here, for the same reason.
POSTED = "received_at IS NOT NULL OR status = 'in_transit' OR tracking_number <> ''"


class ShopOrder(SQLModel, table=True):
    """The shop's order as last read: an OrderSnapshot, and the stock counters of its products."""

    __tablename__ = "orders"

    order_id: int = Field(primary_key=True, sa_type=BigInteger)
    number: str = Field(max_length=64, index=True)
    email: str = Field(max_length=320, index=True)
    currency: str = Field(max_length=3)
    payment_intent: str = Field(
        default="", max_length=255, index=True, sa_column_kwargs={"server_default": text("''")}
    )
    snapshot: dict[str, Any] = Field(sa_column=document())
    stock: list[Any] = Field(sa_column=document())
    customer: dict[str, Any] = Field(sa_column=document())
    read_at: datetime
    modified_at: datetime


class Return(SQLModel, table=True):
    """A customer's wish to send things back. ``version`` grows with every change a person can see."""

    __tablename__ = "returns"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        CheckConstraint("label_cost_minor >= 0", name="label_cost_not_negative"),
        Index("ix_returns_status_opened_at", "status", "opened_at"),
        Index("ix_returns_status_id", "status", "id"),
        Index("ix_returns_owner_id_id", "owner_id", "id"),
        Index("ix_returns_status_window_end", "status", "window_end"),
        index_where("ix_returns_asked", "status", **ASKED),
        index_where("ix_returns_posted", "status", "refund_due_by", sqlite=POSTED, postgresql=POSTED),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str | None = Field(default=None, max_length=32, unique=True)
    order_id: int = Field(foreign_key="orders.order_id", index=True, sa_type=BigInteger)
    status: ReturnStatus = Field(sa_column=words_of(ReturnStatus))
    wish: Wish = Field(sa_column=words_of(Wish))
    source: Source = Field(sa_column=words_of(Source))
    source_key: str = Field(max_length=200)
    source_digest: str = Field(default="", max_length=64)
    version: int = 1
    currency: str = Field(max_length=3)
    customer_name: str = Field(max_length=200)
    customer_email: str = Field(max_length=320, index=True)
    language: str = Field(default="en", max_length=8)
    label_cost_minor: int = Field(default=0, sa_column=minor_units())
    exchange: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    owner_id: str | None = Field(default=None, max_length=64)
    owner_since: datetime | None = None
    waits_since: datetime | None = None
    rings_at: datetime | None = Field(default=None, index=True)
    opened_at: datetime = Field(index=True)
    noticed_at: datetime
    received_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = Field(default=None, max_length=64)
    closed_reason: str = ""
    window_end: date | None = None
    refund_due_by: date | None = None
    late_reason: str = ""
    tracking_number: str = Field(default="", max_length=100)
    question: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    known_refunds: list[Any] = Field(sa_column=document())
    unanswered_since: datetime | None = Field(default=None, index=True)
    label_link: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": text("''")})
    decided_by_rule: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": text("''")})


class ReturnItem(SQLModel, table=True):
    """Units of one order line the customer sends back, named and priced as they were (rule S7)."""

    __tablename__ = "return_items"
    __table_args__ = (
        UniqueConstraint("return_id", "line_id"),
        CheckConstraint("quantity > 0", name="some_units"),
    )

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="returns.id", index=True)
    line_id: int = Field(sa_type=BigInteger)
    name: str
    variant: str = ""
    sku: str = Field(default="", max_length=100)
    quantity: int
    reason: Reason = Field(sa_column=words_of(Reason))
    note: str = ""


class Receipt(SQLModel, table=True):
    """Units that arrived, in one condition, at one moment. Several goes add up (rule S3); append only."""

    __tablename__ = "receipts"
    __table_args__ = (CheckConstraint("quantity > 0", name="some_units"),)

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="returns.id", index=True)
    line_id: int = Field(sa_type=BigInteger)
    quantity: int
    condition: Condition = Field(sa_column=words_of(Condition))
    operator_id: str = Field(max_length=64)
    received_at: datetime


class Extension(SQLModel, table=True):
    """A deadline that was moved (rule T3). Kept by order, so that it can come before the return."""

    __tablename__ = "extensions"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(index=True, sa_type=BigInteger)
    old_end: date | None = None
    new_end: date
    operator_id: str = Field(max_length=64)
    reason: str
    granted_at: datetime


class Resolution(SQLModel, table=True):
    """A recorded act of settling: what was decided, by whom, and what became of it."""

    __tablename__ = "resolutions"
    __table_args__ = (
        unique_where("uq_resolutions_under_way", "return_id", where="status IN ('planned', 'in_doubt')"),
        unique_where("uq_resolutions_slot", "return_id", "slot", where="status <> 'refused'"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("kept_minor >= 0", name="kept_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="returns.id", index=True)
    order_id: int = Field(index=True, sa_type=BigInteger)
    slot: int
    reference: str = Field(max_length=40, unique=True)
    method: Method = Field(sa_column=words_of(Method))
    status: ResolutionStatus = Field(sa_column=words_of(ResolutionStatus))
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_column=minor_units())
    kept_minor: int = Field(sa_column=minor_units())
    credit_minor: int = Field(sa_column=minor_units())
    choice: dict[str, Any] = Field(sa_column=document())
    quote: dict[str, Any] = Field(sa_column=document())
    operator_id: str = Field(max_length=64)
    transfer_reference: str = Field(default="", max_length=200)
    refund_id: int | None = Field(default=None, sa_type=BigInteger)
    outcome: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    decided_at: datetime
    settled_at: datetime | None = Field(default=None, index=True)


class Operation(SQLModel, table=True):
    """A row of the journal: one effect on the outside world, written down before it is done.

    ``lane`` is what must happen one after another (an order of the shop, a channel of Slack).
    ``generation`` grows when the same effect is wanted again while it runs, so that it is not lost.
    ``key_version`` grows when a key under which the other side repeats its answer is too old to be trusted;
    ``first_sent_at`` is when the present key was first used.
    """

    __tablename__ = "operations"
    __table_args__ = (
        unique_where("uq_operations_lane_running", "lane", where="state = 'running'"),
        Index("ix_operations_state_due_at", "state", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=200, unique=True)
    kind: str = Field(max_length=40)
    lane: str = Field(max_length=120, index=True)
    state: OperationState = Field(sa_column=words_of(OperationState))
    urgency: int = 5
    return_id: int | None = Field(default=None, foreign_key="returns.id", index=True)
    resolution_id: int | None = Field(default=None, foreign_key="resolutions.id", index=True)
    payload: dict[str, Any] = Field(sa_column=document())
    generation: int = 1
    attempt: int = 0
    tries: int = 0
    due_at: datetime = Field(index=True)
    lease_owner: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = None
    first_sent_at: datetime | None = None
    key_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    sent_at: datetime | None = None
    quiet_until: datetime | None = None
    absent_since: datetime | None = None
    baseline: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    evidence: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    detail: str = ""
    planned_at: datetime
    finished_at: datetime | None = None


class Attempt(SQLModel, table=True):
    """What was sent, answered and looked up for an operation, in order. Append only."""

    __tablename__ = "attempts"

    id: int | None = Field(default=None, primary_key=True)
    operation_id: int = Field(foreign_key="operations.id", index=True)
    number: int
    step: str = Field(max_length=20)
    detail: str = ""
    at: datetime


class LanePause(SQLModel, table=True):
    """A lane, or a method of Slack, that must rest until a moment: its own limits said so."""

    __tablename__ = "lane_pauses"

    lane: str = Field(primary_key=True, max_length=120)
    until: datetime


class Delivery(SQLModel, table=True):
    """A click, command, event or hook that arrived, once each; ``outcome`` says why nothing became of it."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=20)
    key: str = Field(max_length=200)
    body: str = ""
    received_at: datetime
    outcome: str = Field(default="", max_length=200)


class Card(SQLModel, table=True):
    """Where the Slack message that shows a return is, and a digest of what it shows."""

    __tablename__ = "cards"
    __table_args__ = (UniqueConstraint("return_id"),)

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="returns.id")
    channel: str = Field(max_length=64)
    ts: str = Field(max_length=32)
    digest: str = Field(default="", max_length=64)
    permalink: str = ""
    drawn_at: datetime


class Message(SQLModel, table=True):
    """A line of the conversation with the customer, exactly as it was sent or received.

    ``nonce`` is that of the form it came with, so that a form sent twice is one message. ``seen_at`` is when
    the other side had it before them.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("uq_messages_return_id_nonce", "return_id", "nonce", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="returns.id", index=True)
    author: Author = Field(sa_column=words_of(Author))
    operator_id: str | None = Field(default=None, max_length=64)
    body: str
    written_at: datetime
    nonce: str | None = Field(default=None, max_length=64)
    seen_at: datetime | None = None


class History(SQLModel, table=True):
    """Who did what, when. Append only: rows are never changed or deleted."""

    __tablename__ = "history"

    id: int | None = Field(default=None, primary_key=True)
    return_id: int | None = Field(default=None, foreign_key="returns.id", index=True)
    at: datetime
    verb: str = Field(max_length=60)
    operator_id: str | None = Field(default=None, max_length=64)
    values: dict[str, Any] = Field(default_factory=dict, sa_column=Column("details", JSON, nullable=False))


class Member(SQLModel, table=True):
    """A person of the Slack workspace as last looked up, and whether they may act."""

    __tablename__ = "members"

    user_id: str = Field(primary_key=True, max_length=64)
    team_id: str = Field(max_length=64)
    name: str = Field(max_length=200)
    language: str = Field(default="en", max_length=8)
    timezone: str = Field(default="UTC", max_length=64)
    kind: PersonKind = Field(sa_column=words_of(PersonKind))
    in_group: bool = False
    checked_at: datetime


class Mark(SQLModel, table=True):
    """A place the desk has come to, by name: the watermark of a poll, the day of a digest."""

    __tablename__ = "marks"

    name: str = Field(primary_key=True, max_length=80)
    value: str = Field(max_length=200)


class Difference(SQLModel, table=True):
    """What the desk, the shop and the bank do not agree on: one row from its finding to its end.

    The amounts are what each of the three says, None where that one has no say. ``about`` holds what its
    words need. ``settled_by`` None with ``settled_at`` means that it went away by itself. ``channel``, ``ts``
    and ``digest`` are where its Slack message is and what that shows.
    """

    __tablename__ = "differences"
    __table_args__ = (unique_where("uq_differences_open", "key", where="settled_at IS NULL"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=200, index=True)
    kind: DifferenceKind = Field(sa_column=words_of(DifferenceKind))
    order_id: int | None = Field(default=None, foreign_key="orders.order_id", index=True, sa_type=BigInteger)
    return_id: int | None = Field(default=None, foreign_key="returns.id")
    resolution_id: int | None = Field(default=None, foreign_key="resolutions.id")
    currency: str = Field(default="", max_length=3)
    ours_minor: int | None = Field(default=None, sa_type=BigInteger)
    shop_minor: int | None = Field(default=None, sa_type=BigInteger)
    bank_minor: int | None = Field(default=None, sa_type=BigInteger)
    about: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    found_at: datetime
    seen_again_at: datetime
    owner_id: str | None = Field(default=None, max_length=64)
    owned_since: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str | None = Field(default=None, max_length=64)
    note: str = ""
    channel: str = Field(default="", max_length=64)
    ts: str = Field(default="", max_length=32)
    digest: str = Field(default="", max_length=64)


class Tally(SQLModel, table=True):
    """What shop and bank showed of an order's refunds of one day when they were last compared.

    ``outside`` is the part of ``shop`` that the desk did not refund, ``through`` the part that should be at
    the bank.
    """

    __tablename__ = "tallies"

    order_id: int = Field(foreign_key="orders.order_id", primary_key=True, sa_type=BigInteger)
    day: date = Field(primary_key=True, index=True)
    currency: str = Field(max_length=3)
    shop_minor: int = Field(sa_column=minor_units())
    outside_minor: int = Field(sa_column=minor_units())
    through_minor: int = Field(sa_column=minor_units())
    bank_minor: int = Field(sa_column=minor_units())
    compared_at: datetime
