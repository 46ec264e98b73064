"""Store credit as a balance: kept once its coupon is made, looked at when an order may have used it.

The coupon's amount is the balance. The shop never lowers it, so the desk does; between an order and the
desk's next look the coupon's own limit of uses keeps the rest from being spent twice.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot import documents
from bot.desk import Desk
from bot.desk.changes import BY_A_PERSON, Change, an_operation
from bot.gateways.nouns import ChangedOrder
from bot.resolutions import COUPON, CREDIT_BALANCE, GIFT_CARD
from bot.resolutions.store_credit import Credit, code_of, digest_of
from store import credits as records
from store import journal
from store.credit_models import StoredCredit
from store.db import reading, writing
from store.models import Operation, Resolution

LOOKS_AT_ONCE = 25  # of those whose time has come, with every question to the shop about changed orders
SOON = timedelta(minutes=1)


def open_credit(change: Change, row: Resolution, operation: Operation) -> None:
    """Keep the credit that was made; from here on its balance is looked after.

    A gift card that a person made by hand is not known to the desk.
    """
    assert row.id is not None
    if operation.kind == GIFT_CARD and "gift_card_id" not in operation.evidence:
        return
    if records.of_resolution(change.session, row.id) is None:
        change.session.add(_credit(change.desk, row, operation, change.now))
        change.session.flush()


def _credit(desk: Desk, row: Resolution, operation: Operation, now: datetime) -> StoredCredit:
    assert row.id is not None
    issued = documents.read(Credit, operation.payload)
    coupon_id, gift_card_id = (operation.evidence.get(name) for name in ("coupon_id", "gift_card_id"))
    code = code_of(issued.reference, desk.settings.secret_key.get_secret_value())
    return StoredCredit(
        resolution_id=row.id,
        return_id=row.return_id,
        reference=row.reference,
        digest=operation.evidence.get("digest") or digest_of(code),
        coupon_id=coupon_id if isinstance(coupon_id, int) else None,
        gift_card_id=gift_card_id if isinstance(gift_card_id, int) else None,
        currency=issued.amount.currency,
        decided_minor=issued.amount.minor,
        balance_minor=issued.amount.minor,
        email=issued.email,
        expires_on=issued.expires_on,
        issued_at=now,
        look_after=now + SOON,
    )


def _adopt(desk: Desk, session: Session) -> None:
    """Keep the balance of coupons that an earlier version of the desk made, too."""
    for operation in records.coupons_without_credit(session, COUPON):
        row = session.get_one(Resolution, operation.resolution_id)
        session.add(_credit(desk, row, operation, row.decided_at))
    session.flush()


def plan_look(session: Session, credit: StoredCredit, now: datetime) -> None:
    """Want the balance looked at, and set to what is left."""
    assert credit.id is not None
    key, lane = f"credit/{credit.id}/balance", f"credit:{credit.id}"
    operation = an_operation(key, CREDIT_BALANCE, lane, {"credit_id": credit.id}, now=now)
    operation.urgency = BY_A_PERSON  # a customer may stand at the till
    journal.plan_again(session, operation)


def look_at_users(session: Session, order_id: int, now: datetime) -> None:
    """Something of an order was settled: look at the credits it used, if it used any."""
    for credit in records.used_by(session, [order_id]):
        plan_look(session, credit, now)


def notice(desk: Desk, order_id: int | None, codes: Collection[str]) -> bool:
    """An order of the shop says it changed. Whether it used, or once used, a credit of ours."""
    digests = {digest_of(code) for code in codes}
    order_ids = [] if order_id is None else [order_id]
    with reading(desk.engine) as session:
        if not _either(session, order_ids, digests):
            return False
    with writing(desk.engine) as session:
        for credit in _either(session, order_ids, digests):
            if order_id is not None and credit.digest in digests:
                records.know_use(session, credit.id or 0, order_id, desk.now())
            plan_look(session, credit, desk.now())
    return True


def look_at_changed(desk: Desk, changed: Iterable[ChangedOrder]) -> None:
    """Look at each credit that a changed order carries, whatever became of its webhook, and at those whose
    turn it is."""
    seen = list(changed)
    digests = {digest_of(code) for order in seen for code in order.codes}
    with writing(desk.engine) as session:
        _adopt(desk, session)
        _keep_in_mind(session, seen, desk.now())
        found = _either(session, [order.order_id for order in seen], digests)
        due = records.to_look_at(session, desk.now(), LOOKS_AT_ONCE)
        for credit in _each_once((*found, *due)):
            plan_look(session, credit, desk.now())


def _keep_in_mind(session: Session, changed: Iterable[ChangedOrder], now: datetime) -> None:
    """Which orders carry a credit of ours: however late the look comes, it has to count them."""
    for order in (one for one in changed if one.codes):
        for credit in records.known_by(session, {digest_of(code) for code in order.codes}):
            records.know_use(session, credit.id or 0, order.order_id, now)


def _either(session: Session, order_ids: Collection[int], digests: Collection[str]) -> list[StoredCredit]:
    found = (*records.used_by(session, order_ids), *records.known_by(session, digests))
    return _each_once(found)


def _each_once(found: Iterable[StoredCredit]) -> list[StoredCredit]:
    """In one order for all, so that two who want the same looks do not wait for each other in a ring."""
    return [one for _, one in sorted({one.id or 0: one for one in found}.items())]


def code_to_tell(desk: Desk, reference: str) -> str | None:
    """The code of a credit as the shop has it, to be written to its owner; None where the shop has none.

    Raises Unreachable, Refused.
    """
    with reading(desk.engine) as session:
        credit = records.by_reference(session, reference)
    if credit is not None and credit.gift_card_id is not None:
        card = desk.shop.gift_cards.read(credit.gift_card_id)
        return card.code if card is not None else None
    code = code_of(reference, desk.settings.secret_key.get_secret_value())
    return code if desk.shop.find_coupon(code) is not None else None


def is_expired(credit: StoredCredit, today: date) -> bool:
    """Whether the shop takes it no more: it is good through its last day."""
    return credit.expires_on is not None and credit.expires_on < today
