"""What a client gets to see of a fault: pages of proxies, refusals, and right answers that were spoiled."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from functools import cache
from typing import Any

from bot.sandbox.fault_names import Fault

BOMB_BYTES = 64 * 1024 * 1024
ELSEWHERE = (b"location", b"http://elsewhere.example/")
JSON, HTML = b"application/json; charset=UTF-8", b"text/html; charset=UTF-8"
NOTICE = (
    b"<br />\n<b>Deprecated</b>: Creation of dynamic property in <b>plugin.php</b> on line <b>12</b><br />\n"
)
AMOUNTS = ("amount", "amount_total", "total")
Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Answer:
    """One whole answer; ``headers`` without type and length."""

    status: int
    kind: bytes
    body: bytes
    headers: tuple[Header, ...] = ()

    def all_headers(self) -> list[Header]:
        """As they go over the wire. A 204 has neither body nor type."""
        if self.status == 204:
            return [*self.headers]
        length = str(len(self.body)).encode()
        return [(b"content-type", self.kind), (b"content-length", length), *self.headers]


def instead(fault: Fault, service: str, seconds: float) -> Answer | None:
    """What stands in for the service's answer; None for faults that only spoil it."""
    if fault in PAGES:
        return _page(*PAGES[fault])
    if fault in WAITS:
        wait = WAITS[fault](seconds)
        more = ((b"retry-after", wait.encode()),) if wait else ()
        return Answer(429, JSON, _busy(service), more)
    return _says_no(service, *REFUSALS[fault]) if fault in REFUSALS else None


def spoiled(fault: Fault, right: Answer) -> Answer:
    """The right answer after the fault; its other headers stay."""
    spoil = SPOILS.get(fault)
    return spoil(right) if spoil else right


def _page(status: int, title: str, *more: Header) -> Answer:
    page = f"<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return Answer(status, HTML, page.encode() if title else b"", more)


PAGES: dict[Fault, tuple[Any, ...]] = {
    Fault.HTML_AFTER: (200, "Welcome"),
    Fault.EMPTY_AFTER: (204, ""),
    Fault.EMPTY_BEFORE: (204, ""),
    Fault.MOVED_BEFORE: (301, "301 Moved Permanently", ELSEWHERE),
    Fault.REDIRECT_BEFORE: (302, "302 Found", ELSEWHERE),
    Fault.REDIRECT_AFTER: (302, "302 Found", ELSEWHERE),
    Fault.FORBIDDEN_BEFORE: (403, "Access denied"),
    Fault.LIMITED_BEFORE: (429, "Too Many Requests"),
    Fault.CLOSED_BEFORE: (503, "Service Unavailable"),
    Fault.GATEWAY_BEFORE: (502, "502 Bad Gateway"),
    Fault.GATEWAY_AFTER: (502, "502 Bad Gateway"),
    Fault.TIMEOUT_BEFORE: (504, "504 Gateway Time-out"),
    Fault.TIMEOUT_AFTER: (504, "504 Gateway Time-out"),
    Fault.STRANGE_AFTER: (520, "520: Web server is returning an unknown error"),
    Fault.OVERDUE_AFTER: (524, "524: A timeout occurred"),
}


def _date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


WAITS: dict[Fault, Callable[[float], str]] = {
    Fault.BUSY: lambda seconds: str(int(seconds)),
    Fault.BUSY_DATE_BEFORE: _date,
    Fault.BUSY_ZERO_BEFORE: lambda seconds: "0",
    Fault.BUSY_MINUS_BEFORE: lambda seconds: "-1",
    Fault.BUSY_DAYS_BEFORE: lambda seconds: "999999",
    Fault.BUSY_SILENT_BEFORE: lambda seconds: "",
}
# Status, then the code each service would use for it.
REFUSALS: dict[Fault, tuple[int, dict[str, str]]] = {
    Fault.ERROR_BEFORE: (500, {}),
    Fault.ERROR_AFTER: (500, {}),
    Fault.REFUSED_BEFORE: (
        400,
        {"shop": "rest_invalid_param", "stripe": "parameter_invalid_empty", "slack": "invalid_arguments"},
    ),
    Fault.UNAUTHORIZED_BEFORE: (
        401,
        {
            "shop": "woocommerce_rest_authentication_error",
            "stripe": "api_key_expired",
            "slack": "invalid_auth",
        },
    ),
    Fault.DENIED_BEFORE: (
        403,
        {"shop": "woocommerce_rest_cannot_create", "stripe": "forbidden", "slack": "access_denied"},
    ),
    Fault.CONFLICT_BEFORE: (
        409,
        {"shop": "rest_conflict", "stripe": "idempotency_key_in_use", "slack": "conflict"},
    ),
}


def _says_no(service: str, status: int, codes: dict[str, str]) -> Answer:
    code = codes.get(service, "")
    if not code:  # a crash has no manners, and the same shape everywhere
        return Answer(status, JSON, b'{"code":"internal_server_error","message":"fault"}')
    if service == "shop":
        said: Any = {"code": code, "message": "No.", "data": {"status": status}}
    elif service == "stripe":
        kind = "idempotency_error" if status == 409 else "invalid_request_error"
        said = {"error": {"type": kind, "code": code, "message": "No."}}
    else:
        said = {"ok": False, "error": code}
    return Answer(status, JSON, _packed(said))


def _busy(service: str) -> bytes:
    if service == "stripe":
        return _packed({"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Busy."}})
    return b'{"ok":false,"error":"ratelimited"}'


def _packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _with(body: Callable[[bytes], bytes]) -> Callable[[Answer], Answer]:
    return lambda right: Answer(right.status, right.kind, body(right.body), right.headers)


def _halved(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _one_more(body: bytes) -> bytes:
    said = _read(body)
    name = next((name for name in AMOUNTS if name in said), "") if isinstance(said, dict) else ""
    if not name:
        return body
    amount = said[name]
    return _packed({**said, name: amount + 100 if isinstance(amount, int) else str(Decimal(amount) + 1)})


def _doubled(body: bytes) -> bytes:
    head, brace, tail = body.rpartition(b"}")
    said = _read(body)
    row = said[-1] if isinstance(said, list) and said else said
    if not brace or not isinstance(row, dict) or not row:
        return body
    name = next((name for name in AMOUNTS if name in row), next(iter(row)))
    return head + b',"' + name.encode() + b'":"1.00"' + brace + tail


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _texts(body: bytes) -> bytes:
    said = _read(body)
    return body if said is None else _packed(_as_text(said))


@cache
def _bomb() -> bytes:
    # One file of several gzip members is a gzip file, and every client unpacks it as one.
    return gzip.compress(b" " * (BOMB_BYTES // 8)) * 8


def _packed_bomb(right: Answer) -> Answer:
    return Answer(right.status, right.kind, _bomb(), (*right.headers, (b"content-encoding", b"gzip")))


SPOILS: dict[Fault, Callable[[Answer], Answer]] = {
    Fault.TRUNCATED_AFTER: _with(_halved),
    Fault.NOTICE_AFTER: _with(lambda body: NOTICE + body),
    Fault.MARKED_AFTER: _with(lambda body: b"\xef\xbb\xbf" + body),
    Fault.OTHER_AMOUNT_AFTER: _with(_one_more),
    Fault.DOUBLED_KEYS_AFTER: _with(_doubled),
    Fault.TEXT_NUMBERS_AFTER: _with(_texts),
    Fault.OTHER_TYPE_AFTER: lambda right: Answer(right.status, HTML, right.body, right.headers),
    Fault.OTHER_CHARSET_AFTER: _with(lambda body: body.decode("utf-8", "replace").encode("utf-16-le")),
    Fault.BOMB_AFTER: _packed_bomb,
}
