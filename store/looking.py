"""Who has a form of a return open: so that two people who decide at the same time know of each other."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import INSERTS


class OpenForm(SQLModel, table=True):
    """When a person last opened a form that decides on a return, and the version they saw."""

    __tablename__ = "open_forms"

    return_id: int = Field(
        primary_key=True, foreign_key="returns.id", sa_column_kwargs={"autoincrement": False}
    )
    user_id: str = Field(primary_key=True, max_length=64)
    version: int
    opened_at: datetime = Field(index=True)


def keep(session: Session, form: OpenForm) -> None:
    """Write down that a form is open, over what was known of this person and return, even just now."""
    values = form.model_dump()
    insert = INSERTS[session.get_bind().dialect.name]
    session.connection().execute(
        insert(OpenForm)
        .values(**values)
        .on_conflict_do_update(index_elements=[col(OpenForm.return_id), col(OpenForm.user_id)], set_=values)
    )


def newest(
    session: Session, return_id: int, version: int, *, without: str, since: datetime
) -> OpenForm | None:
    """What somebody else opened last of the return as it is at ``version``, at ``since`` or later."""
    others = (OpenForm.return_id == return_id, OpenForm.version == version, OpenForm.user_id != without)
    found = select(OpenForm).where(*others, col(OpenForm.opened_at) >= since)
    return session.exec(found.order_by(col(OpenForm.opened_at).desc())).first()


def forget(session: Session, before: datetime) -> None:
    """Remove what was opened before a moment."""
    session.exec(delete(OpenForm).where(col(OpenForm.opened_at) < before))
