"""Who decides on a return just now, besides whoever asks. Only a hint: the database decides who was first."""

from datetime import timedelta

from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.changes import reread
from bot.rules.case import ReturnCase
from bot.rules.looking import Looking
from store import looking
from store.db import reading, writing

LATELY = timedelta(minutes=10)  # a form that was opened before is probably closed


def opened(desk: Desk, case: ReturnCase, by: Operator, *, reads_order: bool = False) -> Looking | None:
    """Keep that ``by`` opens a form that decides on the case; gives who else did.

    ``reads_order`` wants the order read again, too, so that the form shows next time what changed. Raises
    NotAllowed.
    """
    require(by)
    form = looking.OpenForm(
        return_id=case.return_id, user_id=by.user_id, version=case.version, opened_at=desk.now()
    )
    with writing(desk.engine) as session:
        looking.keep(session, form)
        if reads_order:
            reread(session, case.order.order_id, desk.now())
    return who_else(desk, case, by.user_id)


def who_else(desk: Desk, case: ReturnCase, user_id: str) -> Looking | None:
    """Who besides ``user_id`` opened such a form lately, while nothing has been decided since."""
    with reading(desk.engine) as session:
        form = looking.newest(
            session, case.return_id, case.version, without=user_id, since=desk.now() - LATELY
        )
        return Looking(form.user_id, form.opened_at) if form is not None else None
