"""Differences as rows: seen, seen again, gone by themselves, looked at by a person, settled with a note.

What a person settled stays settled while it looks the same; what comes back after it was gone is a new one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot import documents
from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.changes import an_operation
from bot.desk.decisions import require_text
from bot.errors import Blocked, NotFound
from bot.rules.case import Person
from bot.rules.difference import Difference, Found
from bot.rules.order import OrderSnapshot
from store import journal, models, reconciliation, returns
from store.db import reading, writing
from store.money import Money
from store.terms import DifferenceKind

DIFFERENCE = "slack.difference"
AN_HOUR, CARDS_AN_HOUR = timedelta(hours=1), 20  # a misunderstanding about a whole shop must not flood it
SOON = 3  # urgency: after what a person waits for, before what only keeps things fresh


@dataclass(frozen=True)
class Keeper:
    """Writes down what a comparison found, inside its transaction."""

    desk: Desk
    session: Session
    now: datetime

    def see(self, found: Found, order_id: int | None = None) -> None:
        """A difference was seen: a new row, or the one that is known by its key."""
        known = reconciliation.newest(self.session, found.key)
        same = known is not None and _figures(known) == _values(found)
        if known is not None and (known.settled_at is None or (known.settled_by is not None and same)):
            known.seen_again_at = self.now
            if not same:
                _write(known, found)
                self.draw(known)
            self.session.add(known)
            return
        row = models.Difference(
            key=found.key,
            kind=found.kind,
            order_id=order_id,
            found_at=self.now,
            seen_again_at=self.now,
        )
        _write(row, found)
        recent = reconciliation.count_found_since(self.session, self.now - AN_HOUR)
        self.session.add(row)
        self.session.flush()
        self.draw(row, due=self.now + AN_HOUR * (recent // CARDS_AN_HOUR))

    def settle_gone(
        self,
        known: Iterable[models.Difference],
        found: Collection[Found],
        told: Collection[DifferenceKind] | None = None,
    ) -> None:
        """What is known, could have been told this time and was not found went away by itself."""
        keys = {one.key for one in found}
        for row in known:
            if row.key not in keys and (told is None or row.kind in told):
                row.settled_at, row.settled_by = self.now, None
                self.session.add(row)
                self.draw(row)

    def draw(self, row: models.Difference, due: datetime | None = None) -> None:
        """Want its message drawn as it is now."""
        key, payload = f"difference/{row.id}", {"difference_id": row.id}
        operation = an_operation(key, DIFFERENCE, "slack", payload, now=due or self.now, urgency=SOON)
        journal.plan_again(self.session, operation)


def load_difference(desk: Desk, difference_id: int) -> Difference:
    """The difference as it stands now. Raises NotFound."""
    with reading(desk.engine) as session:
        row = session.get(models.Difference, difference_id)
        if row is None:
            raise NotFound("There is no such difference.")
        return _shown(desk, session, row)


def look_into(desk: Desk, difference_id: int, by: Operator) -> None:
    """Make ``by`` the one who looks at it. Raises Blocked when it is settled or somebody else does."""
    require(by)
    with writing(desk.engine) as session:
        row = _held(session, difference_id)
        if row.owner_id is not None:
            name = _person(session, row.owner_id).name
            message = "You have it already." if row.owner_id == by.user_id else "{name} already took it."
            raise Blocked(message, name=name)
        row.owner_id, row.owned_since = by.user_id, desk.now()
        session.add(row)
        Keeper(desk, session, desk.now()).draw(row)


def settle_difference(desk: Desk, difference_id: int, by: Operator, note: str) -> None:
    """Close it, with what was found and done. No money moves: that is for people, in the shop and the bank.

    Raises NotAllowed, InvalidInput without a note, Blocked when it is settled already.
    """
    require(by)
    text = require_text(note, "note")
    with writing(desk.engine) as session:
        row = _held(session, difference_id)
        row.settled_at, row.settled_by, row.note = desk.now(), by.user_id, text
        session.add(row)
        Keeper(desk, session, desk.now()).draw(row)


def count_open(desk: Desk) -> int:
    """How many differences nobody has settled."""
    with reading(desk.engine) as session:
        return reconciliation.count_open(session)


def _held(session: Session, difference_id: int) -> models.Difference:
    row = reconciliation.locked(session, difference_id)
    if row is None:
        raise NotFound("There is no such difference.")
    if row.settled_at is not None and row.settled_by is None:
        raise Blocked("It went away by itself meanwhile.")
    if row.settled_by is not None:
        raise Blocked("{name} has settled it already.", name=_person(session, row.settled_by).name)
    return row


def _write(row: models.Difference, found: Found) -> None:
    amounts = [money for money in (found.ours, found.shop, found.bank) if money is not None]
    row.currency = amounts[0].currency if amounts else row.currency
    row.return_id, row.resolution_id = found.return_id, found.resolution_id
    row.ours_minor, row.shop_minor, row.bank_minor, row.about = _values(found)


def _values(found: Found) -> tuple[int | None, int | None, int | None, dict[str, Any]]:
    ours, shop, bank = (
        None if money is None else money.minor for money in (found.ours, found.shop, found.bank)
    )
    return ours, shop, bank, dict(found.about)


def _figures(row: models.Difference) -> tuple[int | None, int | None, int | None, dict[str, Any]]:
    return row.ours_minor, row.shop_minor, row.bank_minor, row.about


def _shown(desk: Desk, session: Session, row: models.Difference) -> Difference:
    assert row.id is not None
    order = session.get(models.ShopOrder, row.order_id) if row.order_id is not None else None
    rma = session.get(models.Return, row.return_id) if row.return_id is not None else None
    card = returns.card_of(session, row.return_id) if row.return_id is not None else None
    return Difference(
        difference_id=row.id,
        kind=row.kind,
        found_at=row.found_at,
        as_of=desk.now(),
        ours=_money(row.ours_minor, row.currency),
        shop=_money(row.shop_minor, row.currency),
        bank=_money(row.bank_minor, row.currency),
        about=row.about,
        order_number=order.number if order else "",
        order_address=documents.read(OrderSnapshot, order.snapshot).store_url if order else "",
        return_number=(rma.number or "") if rma else "",
        card_address=card.permalink if card else "",
        owner=_person(session, row.owner_id) if row.owner_id else None,
        settled_at=row.settled_at,
        settled_by=_person(session, row.settled_by) if row.settled_by else None,
        note=row.note,
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _person(session: Session, user_id: str) -> Person:
    return Person(user_id, returns.names_of(session, [user_id]).get(user_id, user_id))
