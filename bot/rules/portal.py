"""What a customer sees of a return: an explicit list, so that nothing internal can slip through."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.case import CaseResolution, ExchangeWish, ReturnCase
from bot.rules.lifecycle import may_cancel
from store.money import Money
from store.terms import Method, Reason, ResolutionStatus, ReturnStatus, Wish

EXPECTED = (ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)


@dataclass(frozen=True)
class FollowItem:
    """Units of one line that come back."""

    quantity: int
    name: str
    variant: str
    reason: Reason
    received: int


@dataclass(frozen=True)
class FollowSettled:
    """What the customer was given."""

    method: Method
    amount: Money
    at: datetime | None


@dataclass(frozen=True)
class FollowView:
    """One return as its customer sees it. ``pay_link`` is there while a difference is to be paid."""

    return_id: int
    number: str
    order_number: str
    status: ReturnStatus
    wish: Wish
    items: tuple[FollowItem, ...]
    opened_at: datetime
    received_at: datetime | None
    closed_at: datetime | None
    closed_reason: str
    send_by: date | None
    return_address: str
    label_link: str
    tracking_number: str
    may_cancel: bool
    may_send: bool
    question: str
    replacement: str
    to_pay: Money | None
    pay_link: str
    pay_until: datetime | None
    settled: tuple[FollowSettled, ...]


def follow_view(case: ReturnCase, *, label_link: str = "") -> FollowView:
    """The part of ``case`` that is the customer's."""
    expected, wish = case.status in EXPECTED, case.exchange
    unpaid = wish is not None and wish.unpaid and _is_page(wish.link)
    return FollowView(
        return_id=case.return_id,
        number=case.number,
        order_number=case.order.number,
        status=case.status,
        wish=case.wish,
        items=tuple(
            FollowItem(item.quantity, item.name, item.variant, item.reason, item.arrived)
            for item in case.items
        ),
        opened_at=case.opened_at,
        received_at=case.received_at,
        closed_at=case.closed_at,
        closed_reason=case.closed_reason if case.status is ReturnStatus.REJECTED else "",
        send_by=case.window_end if expected else None,
        return_address=case.return_address if expected else "",
        label_link=label_link if expected and _is_page(label_link) else "",
        tracking_number=case.tracking_number,
        may_cancel=may_cancel(case.status, received=any(item.received for item in case.items)),
        may_send=expected,
        question=case.question.text if case.question else "",
        replacement=_replacement(wish),
        to_pay=wish.difference if wish is not None and unpaid else None,
        pay_link=wish.link if wish is not None and unpaid else "",
        pay_until=wish.link_expires_at if wish is not None and unpaid else None,
        settled=tuple(_settled(one) for one in case.resolutions if _is_told(one)),
    )


def _is_page(address: str) -> bool:
    """Whether a browser that follows it comes to a page of the web, and runs nothing on ours."""
    return address.startswith(("https://", "http://"))


def _replacement(wish: ExchangeWish | None) -> str:
    if wish is None:
        return ""
    goods = [(line.quantity, line.name, line.variant) for line in wish.lines]
    goods = goods or [(wish.quantity, wish.name, wish.variant)]
    return "; ".join(
        f"{units} × {', '.join(filter(None, [name, variant]))}" for units, name, variant in goods
    )


def _is_told(one: CaseResolution) -> bool:
    """What is certain: done, and paid out by the desk."""
    return one.status is ResolutionStatus.DONE and one.method is not Method.EXCHANGE and bool(one.amount)


def _settled(one: CaseResolution) -> FollowSettled:
    paid = one.credit if one.method is Method.STORE_CREDIT else one.amount
    return FollowSettled(one.method, paid, one.settled_at)
