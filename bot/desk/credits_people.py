"""What people do with a store credit that was issued: send its code again, or take it back unused."""

from sqlmodel import Session

from bot.customer import reminder_text
from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.changes import Change, changing
from bot.desk.credits import is_expired, plan_look
from bot.desk.decisions import require_text
from bot.desk.invitation import tell_with_link
from bot.errors import Blocked, NotFound
from bot.i18n import Words
from bot.rules.credit import CreditView
from store import credits as records
from store.credit_models import StoredCredit
from store.db import reading
from store.money import Money


def credits_of(desk: Desk, return_id: int) -> tuple[CreditView, ...]:
    """The credits that were issued for a return, oldest first."""
    with reading(desk.engine) as session:
        return tuple(_view(desk, session, one) for one in records.of_return(session, return_id))


def resend_credit(desk: Desk, return_id: int, by: Operator, seen: int, *, reference: str) -> None:
    """Send the customer the code once more, with what is left. Raises NotAllowed, NotFound, Blocked or
    StaleCase.

    The code is filled in when the note leaves; it is kept nowhere.
    """
    with changing(desk, return_id, by, seen) as change:
        credit = _held(change, reference)
        if not _view(desk, change.session, credit).may_resend:
            raise Blocked("Nothing is left of this store credit.")
        credit.resent += 1
        change.session.add(credit)
        words = Words(change.rma.language, desk.settings.timezone)
        text = reminder_text(
            _left(credit), credit.expires_on, words, gift_card=credit.gift_card_id is not None
        )
        tell_with_link(change, f"resent-{credit.resent}", text, credit=credit.reference, at_once=True)
        change.note("credit_resent", reference=credit.reference)


def revoke_credit(
    desk: Desk, return_id: int, by: Operator, seen: int, *, reference: str, reason: str
) -> None:
    """Take an unused credit back: its coupon is made worthless, once a look shows that nobody used it.

    The goods stay settled: this is an act of administration with a reason, and pays nobody another way.
    Raises NotAllowed, InvalidInput without a reason, NotFound, Blocked when it was used, StaleCase.
    """
    text = require_text(reason, "reason")
    with changing(desk, return_id, by, seen) as change:
        credit = _held(change, reference)
        if not _view(desk, change.session, credit).may_revoke:
            raise Blocked("This store credit was used or is over, so it cannot be taken back.")
        credit.revoke_asked_by, credit.revoke_reason = by.user_id, text
        change.session.add(credit)
        change.session.flush()
        plan_look(change.session, credit, change.now)


def _held(change: Change, reference: str) -> StoredCredit:
    """The credit of this return with this reference, held. Raises NotFound."""
    for one in records.of_return(change.session, change.return_id):
        if one.reference == reference and one.id is not None:
            held = records.locked(change.session, one.id)
            assert held is not None
            return held
    raise NotFound("There is no such store credit.")


def _view(desk: Desk, session: Session, credit: StoredCredit) -> CreditView:
    assert credit.id is not None
    today = desk.now().astimezone(desk.words.timezone).date()
    return CreditView(
        reference=credit.reference,
        decided=Money(credit.decided_minor, credit.currency),
        left=_left(credit),
        used=_is_used(session, credit),
        revoked=credit.revoke_asked_by is not None,
        gone=credit.revoked_at is not None,
        over=credit.ended_at is not None or is_expired(credit, today),
    )


def _is_used(session: Session, credit: StoredCredit) -> bool:
    """Whether an order holds some of it, or a gift card is not worth any more what it was."""
    assert credit.id is not None
    if credit.gift_card_id is not None:
        return credit.balance_minor != credit.decided_minor
    return any(use.counts for use in records.uses_of(session, credit.id))


def _left(credit: StoredCredit) -> Money:
    return Money(credit.balance_minor, credit.currency)
