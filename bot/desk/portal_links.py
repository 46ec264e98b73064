"""Links to the customer's pages: asked for with order number and e-mail, sent through the shop, never shown.

A link's secret follows from its row and SECRET_KEY, so it is kept nowhere: the note that carries it is
completed when it leaves, and the database knows only a digest.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import BY_A_PERSON, NOTE, an_operation
from bot.desk.orders import read_order
from bot.errors import NotFound
from bot.i18n import Words
from bot.operations import Task
from store import journal, portal
from store.db import reading, writing
from store.models import Return
from store.portal_models import PortalLink, PortalVisit

LOOK_UP = "portal.look_up"
LINK = "{link}"  # filled in when the note leaves
SECRET_BYTES = 20  # 160 bits
VISIT = timedelta(hours=12)
HOUR = timedelta(hours=1)
# How often in an hour: from one address, about one e-mail, about one order, and all together. What is beyond
# one of them counts against no other, so that one address cannot use up what is there for all.
LIMITS = (("ip", 20), ("email", 5), ("order", 5), ("all", 1000))
LONGEST = 320  # characters of what was typed; more is no order and no address


def ask_for_link(desk: Desk, number: str, email: str, address: str, language: str) -> None:
    """Note that somebody wants a link; whether there is such an order is found out later, unseen by them.

    ``address`` is where the request came from. Beyond a limit nothing is noted, and nothing says so.
    """
    typed = {"ip": address, "email": email.strip().lower(), "order": number.strip().lstrip("#"), "all": ""}
    buckets = {kind: _bucket(desk, kind, typed[kind]) for kind, _ in LIMITS}
    now = desk.now()
    payload = {"number": typed["order"][:LONGEST], "email": typed["email"][:LONGEST], "language": language}
    with writing(desk.engine) as session:
        portal.forget_tries(session, now - HOUR)
        allowed = all(portal.tries(session, buckets[kind], now - HOUR) < most for kind, most in LIMITS)
        operation = an_operation(f"{LOOK_UP}/{secrets.token_hex(16)}", LOOK_UP, LOOK_UP, payload, now=now)
        if allowed:
            for bucket in buckets.values():
                portal.note_try(session, bucket, now)
            journal.plan(session, operation)


def perform_look_up(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``portal.look_up``: write to the customer, if the order is theirs. Raises Unreachable."""
    number, email = str(task.payload["number"]), str(task.payload["email"])
    try:
        order = read_order(desk, number)
    except NotFound:
        return {"sent": False}
    if not email or order.buyer.email.strip().lower() != email:
        return {"sent": False}
    words = Words(str(task.payload["language"]), desk.settings.timezone)
    text = words("Here is your link to the returns of order {number}: {link}", number=order.number, link=LINK)
    with writing(desk.engine) as session:
        link_id = make_link(desk, session, order.order_id)
        payload = {"order_id": order.order_id, "text": text, "to_customer": True, "link": link_id}
        lane = f"order:{order.order_id}"
        note = an_operation(f"link/{link_id}", NOTE, lane, payload, now=desk.now(), urgency=BY_A_PERSON)
        journal.plan(session, note)
    return {"sent": True}


def make_link(desk: Desk, session: Session, order_id: int, return_id: int | None = None) -> int:
    """A new link to an order, or to one return of it; the id by which its address is known."""
    now = desk.now()
    link = PortalLink(
        digest=secrets.token_hex(32),  # until its id is known
        order_id=order_id,
        return_id=return_id,
        created_at=now,
        expires_at=now + timedelta(days=desk.settings.portal_link_days),
    )
    session.add(link)
    session.flush()
    assert link.id is not None
    link.digest = digest_of(_secret(desk, link.id))
    session.add(link)
    return link.id


def link_address(desk: Desk, link_id: int) -> str:
    """The address to send to the customer."""
    return f"{desk.settings.public_url}/returns/l/{_secret(desk, link_id)}"


def open_link(desk: Desk, secret: str) -> str | None:
    """The secret of a new visit, for the browser to keep; None where the link opens nothing (any more)."""
    visit_secret, now = secrets.token_urlsafe(SECRET_BYTES), desk.now()
    with writing(desk.engine) as session:
        link = portal.link_by(session, digest_of(secret))
        if link is None or link.id is None or not _opens(link, now):
            return None
        portal.forget_visits(session, now)
        visit = PortalVisit(
            digest=digest_of(visit_secret), link_id=link.id, created_at=now, expires_at=now + VISIT
        )
        session.add(visit)
    return visit_secret


def visit_of(desk: Desk, secret: str) -> tuple[PortalVisit, PortalLink] | None:
    """The visit with this secret and the link it came by; None once either has ended."""
    now = desk.now()
    with reading(desk.engine) as session:
        visit = portal.visit_by(session, digest_of(secret))
        link = session.get(PortalLink, visit.link_id) if visit is not None else None
    if visit is None or link is None or visit.expires_at <= now or not _opens(link, now):
        return None
    return visit, link


def returns_of(desk: Desk, link: PortalLink) -> tuple[Return, ...]:
    """The returns a link may show, newest first."""
    with reading(desk.engine) as session:
        found = portal.returns_of(session, link.order_id)
    return tuple(one for one in found if link.return_id in (None, one.id))


def digest_of(secret: str) -> str:
    """By what a secret is known again without being kept."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _opens(link: PortalLink, now: datetime) -> bool:
    return link.revoked_at is None and now < link.expires_at


def _secret(desk: Desk, link_id: int) -> str:
    key = desk.settings.secret_key.get_secret_value().encode()
    made = hmac.new(key, f"portal-link:{link_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:SECRET_BYTES]).decode().rstrip("=")


def _bucket(desk: Desk, kind: str, typed: str) -> str:
    """What is counted, without keeping whose it is."""
    key = desk.settings.secret_key.get_secret_value().encode()
    text = f"{kind}:{typed}".encode("utf-8", "replace")
    return f"{kind}:{hmac.new(key, text, hashlib.sha256).hexdigest()}"
