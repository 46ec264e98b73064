"""The words of the trade as enums: statuses, reasons, conditions, methods. One word per thing."""

from enum import StrEnum


class ReturnStatus(StrEnum):
    """Where a return stands. Goods and money have axes of their own."""

    PENDING = "pending"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN_STATUSES = (
    ReturnStatus.PENDING,
    ReturnStatus.APPROVED,
    ReturnStatus.IN_TRANSIT,
    ReturnStatus.RECEIVED,
)


class Event(StrEnum):
    """What can happen to a return; the table of what leads where is ``bot.rules.lifecycle``."""

    APPROVE = "approve"
    REJECT = "reject"
    SHIP = "ship"
    RECEIVE = "receive"
    RESOLVE = "resolve"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REOPEN = "reopen"


class Wish(StrEnum):
    """What the customer asked for."""

    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"


class Reason(StrEnum):
    """Why the customer sends it back."""

    CHANGED_MIND = "changed_mind"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    WRONG_ITEM = "wrong_item"
    NOT_AS_DESCRIBED = "not_as_described"
    SHORT_SHIPPED = "short_shipped"
    LATE = "late"
    OTHER = "other"


FAULT_REASONS = frozenset(
    {Reason.DAMAGED, Reason.DEFECTIVE, Reason.WRONG_ITEM, Reason.NOT_AS_DESCRIBED, Reason.SHORT_SHIPPED}
)


class Condition(StrEnum):
    """How a unit arrived. Only good units are worth restocking; wrong and missing ones are not paid."""

    GOOD = "good"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"


class Method(StrEnum):
    """How a return is settled."""

    GATEWAY_REFUND = "gateway_refund"
    STORE_CREDIT = "store_credit"
    MANUAL_REFUND = "manual_refund"
    EXCHANGE = "exchange"


class ResolutionStatus(StrEnum):
    """A resolution is planned, then done, refused, or in doubt until evidence decides."""

    PLANNED = "planned"
    DONE = "done"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


class OperationState(StrEnum):
    """Where one effect on the outside world stands."""

    DUE = "due"
    RUNNING = "running"
    IN_DOUBT = "in_doubt"
    DONE = "done"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class Source(StrEnum):
    """Which door a return came through."""

    STAFF = "staff"
    INTAKE = "intake"
    SHOP = "shop"
    PORTAL = "portal"


class PersonKind(StrEnum):
    """What Slack says of a person; only members can be operators."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    BOT = "bot"
    DEACTIVATED = "deactivated"


class Author(StrEnum):
    """Who wrote a line of the conversation with the customer."""

    STAFF = "staff"
    CUSTOMER = "customer"
    DESK = "desk"


class DifferenceKind(StrEnum):
    """What the desk, the shop and the bank can disagree on."""

    ROW_GONE = "row_gone"
    OTHER_AMOUNT = "other_amount"
    TWO_ROWS = "two_rows"
    PHANTOM_ROW = "phantom_row"
    BANK_DIFFERS = "bank_differs"
    BANK_FAILED = "bank_failed"
    TURNED_UP = "turned_up"
    OVER_REFUNDED = "over_refunded"
    EXCHANGE_REFUNDED = "exchange_refunded"
    NOT_RESTOCKED = "not_restocked"
    DAY_DIFFERS = "day_differs"
    NEWS_OFF = "news_off"
    CREDIT_OVERSPENT = "credit_overspent"
