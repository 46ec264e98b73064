"""Every address below /returns, taken from the application itself, and what a page of ours may consist of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from string import Formatter
from typing import Any

import requests
from fastapi.routing import APIRoute
from sqlmodel import SQLModel

from bot.desk import Desk
from handlers.web import create_app
from tests.handlers.conftest import a_silent_bolt

# The name of a photo that nobody has: 64 characters are what any of them has at most.
NOBODYS_PHOTO = "0" * 32
TAGS = set(
    "html head meta title link body a header nav main h1 h2 p form input label button strong ol ul li "
    "section span time textarea script address div fieldset legend select option table caption tr th td "
    "img".split()
)
ATTRIBUTES = set(
    "lang charset name content rel href hreflang class id tabindex role method action type value for "
    "aria-label aria-current aria-labelledby aria-describedby aria-invalid aria-live maxlength autocomplete "
    "inputmode required novalidate checked selected rows dir datetime data-address data-after scope src "
    "defer alt loading width height enctype accept multiple hidden".split()
)
ADDRESSES = ("href", "src", "action", "data-address")


@dataclass(frozen=True)
class Door:
    """One method at one address of the customer's pages, with its holes: /returns/r/{number}."""

    method: str
    path: str

    @property
    def holes(self) -> list[str]:
        """The names of what has to be filled in."""
        return [name for _, name, _, _ in Formatter().parse(self.path) if name]

    def address(self, **values: str) -> str:
        """The address. Fails where a hole has no value: a new kind of address wants a new case."""
        unknown = [hole for hole in self.holes if hole not in values]
        assert not unknown, f"{self.path}: what stands for {unknown}?"
        return self.path.format(**values)


def doors(desk: Desk) -> list[Door]:
    """Every method at every address below /returns."""
    routes = list(_routes(create_app(desk, a_silent_bolt()).routes))
    assert any(route.path == "/slack/events" for route in routes), "the application hides its addresses"
    found = {Door(method, route.path) for route in routes for method in route.methods}
    return sorted(
        (one for one in found if one.path.startswith("/returns")), key=lambda one: (one.path, one.method)
    )


def _routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """The addresses, also of the routers that the application only refers to."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.declared: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.declared.append(data)

    def handle_pi(self, data: str) -> None:
        self.declared.append(data)


def strange(page: str, *, elsewhere: tuple[str, ...] = ()) -> list[str]:
    """What no page of ours consists of: other elements, attributes, addresses, scripts that stand in it.

    ``elsewhere`` begins the addresses of other sites to which this page may lead.
    """
    elements = Elements(page)
    found = [f"<!{said}>" for said in elements.declared]
    for tag, attributes in elements.found:
        found += [tag] if tag not in TAGS else []
        found += [f"{tag} {name}" for name in attributes if name not in ATTRIBUTES]
        addresses = [value for name, value in attributes.items() if name in ADDRESSES]
        found += [f"{tag} {value}" for value in addresses if not _is_ours(value, elsewhere)]
        if tag == "script" and attributes != {"src": "/returns/static/talk.js", "defer": ""}:
            found.append(f"script {attributes}")
    return found


def _is_ours(address: str, elsewhere: tuple[str, ...]) -> bool:
    if address.startswith("#"):
        return True
    local = address.startswith("/returns/") and "\\" not in address
    return local or address.startswith(elsewhere or ("\0",))


def keeps_to_itself(answer: requests.Response) -> None:
    """An answer has the headers that keep it out of frames, search engines, caches and other sites."""
    headers, path = answer.headers, f"{answer.request.method} {answer.url}"
    parts = [part.strip().partition(" ") for part in headers["content-security-policy"].split(";")]
    policy = {name: value for name, _, value in parts}
    assert policy["default-src"] == "'none'", path
    if "sandbox" not in policy:  # a picture runs nothing, wherever it is shown
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'", path
    assert headers["referrer-policy"] == "no-referrer", path
    assert headers["x-content-type-options"] == "nosniff", path
    assert headers["x-frame-options"] == "DENY", path
    assert "noindex" in headers["x-robots-tag"], path
    assert "access-control-allow-origin" not in headers, path
    still = answer.status_code == 200 and any(part in answer.url for part in ("/static/", "/photos/"))
    assert still or headers["cache-control"] == "private, no-store", path


Rows = dict[str, dict[Any, dict[str, Any]]]


def everything(desk: Desk) -> Rows:
    """Every row of every table by its key, column by column."""
    with desk.engine.connect() as connection:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(table.select()).mappings()
            }
            for table in SQLModel.metadata.sorted_tables
        }


def changed(before: Rows, after: Rows) -> set[str]:
    """What is another: returns.status for a column of a row there was, +messages and -messages for rows."""
    found = set()
    for table, rows in after.items():
        earlier = before[table]
        found |= {f"+{table}"} if rows.keys() - earlier.keys() else set()
        found |= {f"-{table}"} if earlier.keys() - rows.keys() else set()
        for key in rows.keys() & earlier.keys():
            found |= {f"{table}.{name}" for name, value in rows[key].items() if value != earlier[key][name]}
    return found


def rows_about(desk: Desk, order_id: int, return_id: int) -> Rows:
    """The rows of one order and its return."""
    wanted = {"order_id": order_id, "return_id": return_id}
    rows = everything(desk)
    ours = {
        table: {k: row for k, row in found.items() if _is_of(row, wanted)} for table, found in rows.items()
    }
    return {**ours, "returns": {key: row for key, row in rows["returns"].items() if row["id"] == return_id}}


def _is_of(row: dict[str, Any], wanted: dict[str, int]) -> bool:
    return any(row.get(name) == value for name, value in wanted.items())
