"""Forms: who may send them, that each counts once, and what was typed in them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.desk import Desk
from handlers.portal.uploads import Sent, parsed

AGE = 12 * 3600  # seconds a form may lie open
NONCE = "nonce"


class Stale(Exception):
    """The form is not one we gave this visitor for this purpose, or is too old: it is shown anew."""


@dataclass(frozen=True)
class Form:
    """What was typed: the first value of each field. ``nonce`` is the same for a form that is sent twice."""

    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    nonce: str

    def get(self, name: str) -> str:
        """What stands in a field; empty where there is no such field."""
        return self.values.get(name, "")


def nonce_for(desk: Desk, visit_id: int, purpose: str) -> str:
    """The hidden field of a form: signed, for one visit and purpose, different each time."""
    return _signer(desk).dumps([visit_id, purpose, secrets.token_urlsafe(9)])


def read_form(desk: Desk, request: Request, body: bytes | Sent, visit_id: int, purpose: str) -> Form:
    """What was sent. Raises Stale where it does not come from our own page, for this visit and purpose."""
    if not _from_us(desk, request):
        raise Stale
    try:
        lists = (body if isinstance(body, Sent) else parsed(body)).lists
    except ValueError as e:
        raise Stale from e
    values = {name: given[0] for name, given in lists.items()}
    return Form(values, lists, _nonce(desk, values.get(NONCE, ""), visit_id, purpose))


def _nonce(desk: Desk, signed: str, visit_id: int, purpose: str) -> str:
    try:
        given = _signer(desk).loads(signed, max_age=AGE)
    except BadSignature as e:
        raise Stale from e
    if not isinstance(given, list) or given[:2] != [visit_id, purpose] or len(given) != 3:
        raise Stale
    return str(given[2])


def _from_us(desk: Desk, request: Request) -> bool:
    """Browsers say where a form came from; what says another place, or none of ours, is refused.

    Where a page asks them to tell nobody where they were, they say "null" of it (fetch.spec.whatwg.org).
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return True
    ours = {urlsplit(desk.settings.public_url).netloc, request.headers.get("host", "")}
    return urlsplit(str(origin)).netloc in ours


def _signer(desk: Desk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.settings.secret_key.get_secret_value(), salt="portal-form")
