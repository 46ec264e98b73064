"""Of two customers neither reads or changes anything of the other, whatever stands in addresses and forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.handlers.portal.conftest import nonce_of
from tests.handlers.portal.doors import Rows, changed, doors, everything, rows_about
from tests.handlers.portal.pairs import Pair, Party, pair
from tests.handlers.portal.test_portal_talk import followed

__all__ = ["pair"]

# Fields of tables and of the desk's own forms that no page of a customer has.
EXTRAS = {
    **dict.fromkeys(("status", "resolution", "method", "closed_reason", "decided_by_rule"), "resolved"),
    **dict.fromkeys(("amount", "amount_minor", "credit_minor", "label_cost_minor", "to_pay"), "999900"),
    **dict.fromkeys(("version", "generation", "received", "received_at", "seen_at", "written_at"), "1"),
    **dict.fromkeys(("author", "by", "operator_id", "source", "role", "name"), "staff"),
    **dict.fromkeys(
        ("question", "label_link", "return_address", "body", "note", "reply_to"), "https://evil.example"
    ),
    **dict.fromkeys(("visit", "visit_id", "link_id", "purpose", "secret", "lang"), "1"),
}
# Who asks for a return of an order has that order read again, their own.
LOOKED_UP = {"orders.snapshot", "orders.read_at", "orders.stock", "operations.generation"}
OWN = re.compile(r"\b(RMA-\d+|Paul|Marie|[\w-]{20,64}|\d+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """A form of the customer's pages: where it stands, and where it goes."""

    page: str
    path: str
    deed: str = ""

    def fields(self, party: Party) -> Mapping[str, str]:
        """What somebody fills in."""
        line = party.line_id
        ask = {"line": str(line), f"quantity-{line}": "1", f"reason-{line}": "too_small", "wish": "refund"}
        return {
            "/returns/": {"number": str(party.order.id), "email": str(party.order.billing["email"])},
            "/returns/ask": {**ask, "step": "send"},
            "/returns/r/{number}/talk": {"text": "Hello", "photo": party.photo},
            "/returns/r/{number}/{deed}": {"tracking": "6A1"} if self.deed == "send" else {},
        }[self.path]


FORMS = (
    Form("/returns/", "/returns/"),
    Form("/returns/ask", "/returns/ask"),
    Form("/returns/r/{number}/talk", "/returns/r/{number}/talk"),
    Form("/returns/r/{number}", "/returns/r/{number}/{deed}", "cancel"),
    Form("/returns/r/{number}", "/returns/r/{number}/{deed}", "send"),
)
OF_A_VISIT = FORMS[1:]
IDS = [f"{one.path} {one.deed}" for one in FORMS]


def fill_in(form: Form, who: Party, **more: str) -> dict[str, str]:
    """The form as ``who`` would send it."""
    page = who.customer.get(who.address(form.page)).text
    nonce = nonce_of(page, who.address(form.path, form.deed))
    return {**form.fields(who), "nonce": nonce, **more}


def send(form: Form, by: Party, to: Party, fields: Mapping[str, str]) -> requests.Response:
    """The form from the browser of one to the address of another."""
    url = by.customer.door.url + to.address(form.path, form.deed)
    return by.customer.session.post(url, data=fields, timeout=10, allow_redirects=False)


def effect(before: Rows, after: Rows) -> list[str]:
    """What a form did, without whose it was and when."""
    return sorted(
        OWN.sub("…", f"{table}: {told}")
        for table, rows in after.items()
        if table not in ("orders", "search_entries")  # read again from the shop; follows from the others
        for key, row in rows.items()
        if (told := _news(before[table].get(key, {}), row))
    )


def _news(earlier: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are another; moments and digests differ by themselves."""
    ours = {name: value for name, value in row.items() if earlier.get(name, ...) != value}
    return {
        name: "…"
        if name in ("nonce", "key", "source_key", "bucket") or isinstance(value, datetime)
        else value
        for name, value in ours.items()
        if name not in ("id", "digest")
    }


def test_every_form_has_its_case_here(pair: Pair) -> None:
    known = {one.path for one in FORMS}
    assert {one.path for one in doors(pair.door.world.desk) if one.method == "POST"} == known


def test_nothing_of_another_can_be_read(pair: Pair) -> None:
    marie, paul = pair.marie, pair.paul
    read = set()
    for door in doors(pair.door.world.desk):
        if door.method != "GET":
            continue
        address = marie.address(door.path)
        stolen, own = paul.customer.get(address), marie.customer.get(address)
        shown = stolen.text.replace(address, "")
        assert not [one for one in marie.secrets if one in shown], door
        if "{number}" in door.path or "{name}" in door.path:
            assert stolen.status_code == 404, door
        read |= {one for one in marie.secrets if one in own.text} | {own.headers.get("content-type", "")}
    assert read >= {"Lamp of Marie", "The shop writes to Marie", "image/jpeg"}


@pytest.mark.parametrize("form", OF_A_VISIT, ids=IDS[1:])
def test_a_form_at_the_address_of_another_changes_nothing(pair: Pair, form: Form) -> None:
    desk, marie, paul = pair.door.world.desk, pair.marie, pair.paul
    theirs = fill_in(form, marie)
    nonces = {"own": fill_in(form, paul)["nonce"], "stolen": theirs["nonce"], "none": ""}
    before, hers = everything(desk), rows_about(desk, marie.order.id, marie.return_id)
    for name, nonce in nonces.items():
        answer = send(form, paul, marie, {**theirs, "nonce": nonce})
        assert answer.status_code in (400, 404, 422), name
        assert not [one for one in marie.secrets[:3] if one in answer.text], name
    assert not changed(before, everything(desk)) - LOOKED_UP
    assert not changed(hers, rows_about(desk, marie.order.id, marie.return_id))
    assert send(form, marie, marie, theirs).status_code == 303


@pytest.mark.parametrize("form", OF_A_VISIT, ids=IDS[1:])
def test_an_own_form_that_names_what_is_of_another_changes_nothing_of_it(pair: Pair, form: Form) -> None:
    desk, marie, paul = pair.door.world.desk, pair.marie, pair.paul
    names = {"return_id": str(marie.return_id), "order_id": str(marie.order.id), "number": marie.number}
    names |= {"photo": marie.photo, "article": "1:1", "message": "1", "email": marie.secrets[1]}
    before = rows_about(desk, marie.order.id, marie.return_id)
    send(form, paul, paul, fill_in(form, paul, **names))
    assert changed(before, rows_about(desk, marie.order.id, marie.return_id)) == set()


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_fields_that_no_form_has_set_nothing(pair: Pair, form: Form) -> None:
    desk, found = pair.door.world.desk, []
    for who, extras in ((pair.marie, {}), (pair.paul, EXTRAS)):
        fields = fill_in(form, who, **extras)
        before = everything(desk)
        assert send(form, who, who, fields).status_code in (200, 303)
        after = everything(desk)
        found.append(effect(before, after))
        assert not [one for one in ("999900", "evil.example") if one in str(after)]
    assert found[0] == found[1]
    assert found[0]


def test_a_link_to_one_return_opens_no_other_of_the_same_customer(pair: Pair) -> None:
    world, marie = pair.door.world, pair.marie
    other = world.open(marie.order, units={marie.line_id: 1})
    browser = followed(pair.door, other)
    answer = browser.session.get(f"{pair.door.url}/returns/r/{marie.number}", timeout=10)
    assert answer.status_code == 404
    assert marie.number not in browser.session.get(f"{pair.door.url}/returns/mine", timeout=10).text
    assert browser.session.get(f"{pair.door.url}/returns/ask", timeout=10).status_code == 404
