"""A request in, an answer out: PHP's query strings, WordPress' JSON. Knows no resource."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bot.sandbox.shop.errors import ShopError, invalid_param, not_in, wrong_type
from bot.sandbox.shop.records import Json, Key


@dataclass(frozen=True)
class Request:
    """A request as it came over the wire; ``path`` is decoded, header names are lower case."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def secure(self) -> bool:
        """Whether WordPress would think it is behind TLS."""
        return self.headers.get("x-forwarded-proto", "").lower() == "https"

    @property
    def site(self) -> str:
        """The address the client used, without a path."""
        return f"{'https' if self.secure else 'http'}://{self.headers.get('host', 'localhost')}"

    def pairs(self) -> list[tuple[str, str]]:
        """The query in the order it was written."""
        return parse_qsl(self.query_string, keep_blank_values=True)


@dataclass
class Call:
    """A request that found its route: who asks, which ids, which parameters."""

    request: Request
    ids: dict[str, str]
    query: Json
    body: Json
    key: Key | None = None

    def id(self, name: str) -> int:
        """An id of the path."""
        return int(self.ids[name])

    @property
    def places(self) -> int | None:
        """The decimals asked for with ``dp``; None for the order's own."""
        return int(self.query["dp"]) if str(self.query.get("dp", "")).isdigit() else None


@dataclass
class Answer:
    """What goes back. ``raw`` replaces the JSON body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json; charset=UTF-8"

    def content(self) -> bytes:
        """The bytes of the body."""
        return encode(self.body) if self.raw is None else self.raw


def encode(body: Any) -> bytes:
    """JSON as PHP writes it: ASCII only, slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def parameters(pairs: Iterable[tuple[str, str]]) -> Json:
    """PHP's reading of a query: ``a[]=1&a[]=2`` is a list, of ``a=1&a=2`` the last one counts."""
    found: Json = {}
    for name, value in pairs:
        match = re.match(r"^([^\[]+)\[[^\]]*\]$", name)
        if match:
            listed = found.setdefault(match[1], [])
            found[match[1]] = [*(listed if isinstance(listed, list) else []), value]
        else:
            found[name] = value
    return found


def read_body(request: Request) -> Json:
    """The JSON body; broken JSON is refused before anything else looks at it."""
    if not request.body or request.method in ("GET", "DELETE"):
        return {}
    if "form-urlencoded" in request.headers.get("content-type", ""):
        return parameters(parse_qsl(request.body.decode(), keep_blank_values=True))
    try:
        body = json.loads(request.body)
    except ValueError:
        data = {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"}
        raise ShopError(400, "rest_invalid_json", "Invalid JSON body passed.", data) from None
    return body if isinstance(body, dict) else {}


def listed(value: Any) -> list[str]:
    """A list parameter: repeated, or comma separated."""
    if isinstance(value, list):
        return [str(part) for part in value]
    return [part.strip() for part in str(value).split(",") if part.strip()]


def numbers(name: str, value: Any) -> list[int]:
    """A list of ids."""
    parts = listed(value)
    if any(not part.lstrip("-").isdigit() for part in parts):
        raise wrong_type(f"{name}[0]", "integer")
    return [int(part) for part in parts]


def truth(value: Any) -> bool | None:
    """WordPress' booleans: true, "true", 1, "1" and their opposites; None when it is not one."""
    known = {"true": True, "1": True, "false": False, "0": False, "": False}
    return known.get(str(value).lower()) if isinstance(value, bool | int | str) else None


def chosen(query: Json, name: str, choices: tuple[str, ...], default: str) -> str:
    """A parameter out of a list of values."""
    value = str(query.get(name, default))
    if value not in choices:
        raise not_in(name, choices)
    return value


def filtered(body: Any, wanted: Any) -> Any:
    """Keep the fields named by ``_fields``. Names reach into objects but not into lists
    (recording order_get_fields: ``line_items.sku`` drops the lines)."""
    if not wanted:
        return body
    names = [name.split(".") for name in listed(wanted)]
    return [_picked(row, names) for row in body] if isinstance(body, list) else _picked(body, names)


def _picked(row: Any, names: list[list[str]]) -> Any:
    if not isinstance(row, dict):
        return row
    kept: Json = {}
    for key, value in row.items():
        mine = [name[1:] for name in names if name[0] == key]
        if [] in mine:
            kept[key] = value
        elif mine and isinstance(value, dict):
            kept[key] = _picked(value, mine)
    return kept


def _whole(query: Json, name: str, default: int) -> int:
    text = str(query.get(name, default))
    if not text.lstrip("-").isdigit():
        raise wrong_type(name, "integer")
    return int(text)


def page_of(call: Call, rows: list[Any], collection: str, defaults: Json) -> tuple[list[Any], dict[str, str]]:
    """One page of rows with the paging headers; a page past the end says a total of 0."""
    per_page, page = _whole(call.query, "per_page", 10), _whole(call.query, "page", 1)
    if not 1 <= per_page <= 100:
        message = "per_page must be between 1 (inclusive) and 100 (inclusive)"
        raise invalid_param("per_page", "rest_out_of_bounds", message)
    if page < 1:
        raise invalid_param("page", "rest_out_of_bounds", "page must be greater than or equal to 1")
    offset = _whole(call.query, "offset", (page - 1) * per_page)
    part = rows[offset : offset + per_page]
    total = len(rows) if part else 0
    pages = -(-total // per_page)
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    steps = {"prev": min(page - 1, pages) if page > 1 else None, "next": page + 1 if page < pages else None}
    links = [_link(call, collection, defaults, to, rel) for rel, to in steps.items() if to is not None]
    return part, headers | ({"Link": ", ".join(links)} if links else {})


def _link(call: Call, collection: str, defaults: Json, page: int, rel: str) -> str:
    known: list[tuple[str, Any]] = []
    for name, value in {
        **{k: v for k, v in call.query.items() if k != "page"},
        **defaults,
        "page": page,
    }.items():
        known += (
            [(f"{name}[{i}]", v) for i, v in enumerate(value)] if isinstance(value, list) else [(name, value)]
        )
    return f'<{call.request.site}/wp-json/wc/v3/{collection}?{urlencode(known)}>; rel="{rel}"'
