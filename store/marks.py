"""Where the desk has come to, by name: one word a mark, read and written whole."""

from sqlmodel import Session

from store.models import Mark


def read(session: Session, name: str) -> str:
    """The mark ``name``, empty when it was never set."""
    row = session.get(Mark, name)
    return row.value if row else ""


def write(session: Session, name: str, value: str) -> None:
    """Set the mark ``name``."""
    session.merge(Mark(name=name, value=value))
