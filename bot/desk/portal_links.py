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
from ipaddress import ip_network
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import BY_A_PERSON, an_operation
from bot.desk.letters import LINK, ways
from bot.desk.orders import read_order
from bot.errors import NotFound
from bot.i18n import Words
from bot.operations import Task
from store import journal, portal
from store.db import reading, writing
from store.models import Return
from store.portal_models import PortalLink, PortalVisit

LOOK_UP = "portal.look_up"
SECRET_BYTES = 20  # 160 bits
VISIT = timedelta(hours=12)
HOUR = timedelta(hours=1)
# How often in an hour: from one address, from its network, and all together. What is beyond one of them
# counts against no other, so that one address cannot use up what is there for all.
LIMITS = (("ip", 20), ("net", 200), ("all", 1000))
# About one e-mail or order anybody can ask, so that nobody is kept out by it: beyond these in an hour, each
# further one is looked up later than the one before. What is really sent has a limit of its own.
SLOWED = (("email", 5), ("order", 5))
SENT, MOST_SENT = "sent", 5  # links to one order in an hour
LATEST = timedelta(minutes=32)
NETWORKS = {4: 24, 6: 48}  # bits
LONGEST = 320  # characters of what was typed; more is no order and no address


def ask_for_link(desk: Desk, number: str, email: str, address: str, language: str) -> None:
    """Note that somebody wants a link; whether there is such an order is found out later, unseen by them.

    ``address`` is where the request came from, of an IPv6 address its network. Beyond a limit nothing is
    noted, and nothing says so.
    """
    about = {"email": email.strip().lower(), "order": number.strip().lstrip("#")}
    typed = {**about, "ip": address, "net": _network(address), "all": ""}
    buckets = {kind: _bucket(desk, kind, typed[kind]) for kind, _ in (*LIMITS, *SLOWED)}
    now = desk.now()
    payload = {"number": about["order"][:LONGEST], "email": about["email"][:LONGEST], "language": language}
    operation = an_operation(f"{LOOK_UP}/{secrets.token_hex(16)}", LOOK_UP, LOOK_UP, payload, now=now)
    with writing(desk.engine) as session:
        portal.forget_tries(session, now - HOUR)
        tries = {kind: portal.tries(session, bucket, now - HOUR) for kind, bucket in buckets.items()}
        if all(tries[kind] < most for kind, most in LIMITS):
            for bucket in buckets.values():
                portal.note_try(session, bucket, now)
            operation.due_at = now + max(_delay(tries[kind] - most) for kind, most in SLOWED)
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
    sent = _bucket(desk, SENT, str(order.order_id))
    with writing(desk.engine) as session:
        if portal.tries(session, sent, desk.now() - HOUR) >= MOST_SENT:
            return {"sent": False}
        portal.note_try(session, sent, desk.now())
        link_id = make_link(desk, session, order.order_id)
        subject = words("Your returns of order {number}", number=order.number)
        secret = {"link": link_id}
        for way in ways(desk, order.order_id, text, subject, secrets=secret, language=words.language):
            key, now = f"link/{link_id}{way.ending}", desk.now()
            letter = an_operation(key, way.kind, way.lane, way.payload, now=now, urgency=BY_A_PERSON)
            journal.plan(session, letter)
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
    """The returns a link may show, newest first; none whose page the team has locked."""
    with reading(desk.engine) as session:
        found = portal.returns_of(session, link.order_id)
        mine = [one for one in found if link.return_id in (None, one.id)]
        return tuple(one for one in mine if one.id is None or not portal.is_locked(session, one.id))


def digest_of(secret: str) -> str:
    """By what a secret is known again without being kept."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _delay(beyond: int) -> timedelta:
    """How long a look-up waits that is the one so many times ``beyond`` what is looked up at once."""
    return min(timedelta(minutes=2 ** min(beyond, 9)), LATEST) if beyond >= 0 else timedelta()


def _network(address: str) -> str:
    """The network whose addresses one customer of a provider may have all to himself."""
    try:
        known = ip_network(address)
    except ValueError:
        return address
    most = NETWORKS[known.version]
    return str(known.supernet(new_prefix=most)) if known.prefixlen > most else address


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
