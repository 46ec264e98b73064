"""Find returns by what people have at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.cases import case_of
from bot.rules.case import ReturnCase
from store import models, returns, talk
from store.db import reading
from store.terms import ReturnStatus

MOST = 10  # cases in one answer


@dataclass(frozen=True)
class Found:
    """A case, and the address of its card where it has one."""

    case: ReturnCase
    card_url: str


def find(desk: Desk, text: str) -> tuple[Found, ...]:
    """The newest cases with this return or order number or e-mail.

    Without text, those whose customers wait for an answer, the longest first, and then the open ones.
    """
    word = text.strip()
    with reading(desk.engine) as session:
        rows = returns.find(session, word, MOST) if word else _waiting_or_open(session)
        return tuple(_found(desk, session, row) for row in rows)


def _waiting_or_open(session: Session) -> Sequence[models.Return]:
    rows = [*talk.unanswered(session, MOST), *returns.newest_open(session, MOST)]
    return list({row.id: row for row in rows}.values())[:MOST]


def _found(desk: Desk, session: Session, row: models.Return) -> Found:
    assert row.id is not None
    card = returns.card_of(session, row.id)
    return Found(case_of(desk, session, row), card.permalink if card else "")


def counts(desk: Desk) -> Mapping[ReturnStatus, int]:
    """How many returns stand in each open status."""
    with reading(desk.engine) as session:
        return returns.counts_by_status(session)
