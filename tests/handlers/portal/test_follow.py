"""What a customer sees and does on the page of a return, and what nobody else can."""

import re

import pytest
import requests
from fastapi.routing import APIRoute
from sqlalchemy import Engine

from bot.desk import decisions
from bot.sandbox import shop as shops
from bot.sandbox.serving import Service
from handlers.portal import create_router
from handlers.web import create_app
from store.db import reading
from store.models import Return
from store.terms import ReturnStatus, Wish
from tests.bot.desk.bench import told
from tests.handlers.conftest import Door, a_silent_bolt
from tests.handlers.portal.conftest import Customer, nonce_of
from tests.world import ALICE, a_world

NASTY = '<script>alert(1)</script><img src=x onerror=alert(1)>"&{{7*7}}'


@pytest.fixture
def inside(customer: Customer, order: shops.Order, number: str) -> Customer:
    customer.come_in(order)
    return customer


def approve(door: Door) -> None:
    decisions.approve(door.world.desk, 1, ALICE, door.world.case(1).version)


def test_the_page_says_where_the_return_stands_and_whose_turn_it_is(inside: Customer, number: str) -> None:
    page = inside.get(f"/returns/r/{number}").text
    assert number in page
    assert "2 × Mug" in page
    assert "We are looking at it." in page
    approve(inside.door)
    assert "Please send the items back." in inside.get(f"/returns/r/{number}").text


def test_nothing_internal_is_on_the_page(inside: Customer, number: str) -> None:
    approve(inside.door)
    decisions.take(inside.door.world.desk, 1, ALICE)
    page = inside.get(f"/returns/r/{number}").text
    assert not [one for one in ("Alice", "U01ALICE", "flag", "return rate") if one in page]


@pytest.mark.parametrize(("language", "said"), [("fr", "Nous examinons"), ("en", "We are looking")])
def test_the_browsers_language_is_spoken_unless_another_is_chosen(
    inside: Customer, number: str, language: str, said: str
) -> None:
    asked = inside.get(f"/returns/r/{number}", **{"accept-language": f"{language}-CH,de;q=0.5"})
    assert said in asked.text
    inside.get(f"/returns/r/{number}?lang={language}")
    assert said in inside.get(f"/returns/r/{number}", **{"accept-language": "de"}).text


def test_the_customer_calls_it_off_and_the_team_is_told(inside: Customer, number: str) -> None:
    path = f"/returns/r/{number}/cancel"
    page = inside.get(f"/returns/r/{number}").text
    answer = inside.send(path, page)
    assert "was cancelled" in answer.text
    assert inside.door.world.case(1).status is ReturnStatus.CANCELLED
    inside.door.world.work()
    assert "cancelled_by_customer" in told(inside.door.world, 1)
    again = inside.session.post(inside.door.url + path, data={"nonce": nonce_of(page, path)}, timeout=10)
    assert "can no longer be cancelled" in again.text
    assert told(inside.door.world, 1).count("cancelled_by_customer") == 1


def test_an_exchange_is_called_off_by_its_customer_too(
    customer: Customer, door: Door, order: shops.Order
) -> None:
    number = door.world.case(door.world.open(order, Wish.EXCHANGE)).number
    customer.come_in(order)
    customer.send(f"/returns/r/{number}/cancel", customer.get(f"/returns/r/{number}").text)
    case = door.world.case(1)
    assert (case.status, case.open_resolution) == (ReturnStatus.CANCELLED, None)


def test_the_tracking_number_of_the_parcel_is_kept(inside: Customer, number: str) -> None:
    approve(inside.door)
    page = inside.get(f"/returns/r/{number}").text
    empty = inside.send(f"/returns/r/{number}/send", page, tracking="  ")
    assert (empty.status_code, "tracking number" in empty.text) == (422, True)
    inside.send(f"/returns/r/{number}/send", page, tracking=f" 6A 123 {NASTY[:20]}")
    case = inside.door.world.case(1)
    assert case.status is ReturnStatus.IN_TRANSIT
    assert case.tracking_number == f"6A 123 {NASTY[:20]}"
    assert NASTY[:8] not in inside.get(f"/returns/r/{number}").text


def test_another_and_another_tracking_number_does_not_fill_the_thread(inside: Customer, number: str) -> None:
    approve(inside.door)
    page, path = inside.get(f"/returns/r/{number}").text, f"/returns/r/{number}/send"
    answers = [inside.send(path, page, tracking=f"6A{turn}") for turn in range(12)]
    assert [one.status_code for one in answers] == [200] * 10 + [422] * 2
    assert 'value="6A11"' in answers[-1].text
    assert told(inside.door.world, 1).count("sent_by_customer") == 10
    inside.door.world.clock.pass_(hours=11)
    assert inside.send(path, page, tracking="6A9").status_code == 200


@pytest.mark.parametrize("deed", ["cancel", "send"])
@pytest.mark.parametrize("trouble", ["none", "other", "garbled", "old", "origin", "site"])
def test_a_form_that_is_not_ours_does_nothing(inside: Customer, number: str, deed: str, trouble: str) -> None:
    approve(inside.door)
    before = inside.door.world.case(1).version
    page, path = inside.get(f"/returns/r/{number}").text, f"/returns/r/{number}/{deed}"
    other = {"cancel": "send", "send": "cancel"}[deed]
    nonce = {"none": "", "other": nonce_of(page, f"/returns/r/{number}/{other}"), "garbled": "x.y.z"}
    headers = {"origin": {"origin": "https://evil.example"}, "site": {"sec-fetch-site": "cross-site"}}
    data = {"nonce": nonce.get(trouble, nonce_of(page, path)), "tracking": "1"}
    if trouble == "old":
        data["nonce"] = data["nonce"].rsplit(".", 2)[0] + ".AAAAAA." + data["nonce"].rsplit(".", 1)[1]
    answer = inside.session.post(
        inside.door.url + path, data=data, headers=headers.get(trouble, {}), timeout=10
    )
    assert answer.status_code == 400
    assert inside.door.world.case(1).version == before


def test_of_two_customers_neither_reads_or_changes_anything_of_the_other(
    door: Door, order: shops.Order, number: str
) -> None:
    mug = door.world.shop.add_product("Lamp", "80.00", stock=5)
    other_order = door.world.order((mug, 1), billing={"email": "other@example.com"})
    other = door.world.case(door.world.open(other_order, Wish.REFUND)).number
    marie, paul = Customer(door), Customer(door)
    marie.come_in(order)
    paul.come_in(other_order)
    assert "Mug" in marie.get(f"/returns/r/{number}").text
    paths = sorted(
        {route.path for route in create_router(door.world.desk).routes if isinstance(route, APIRoute)}
    )
    for path in paths:
        address = path.replace("{number}", number).replace("{deed}", "cancel").replace("{secret}", "x")
        address = address.replace("{name}", "x")
        answer = paul.get(address)
        assert "Mug" not in answer.text, path
        assert f"Return {number}" not in answer.text, path
    own = paul.get(f"/returns/r/{other}").text
    stolen = nonce_of(own, f"/returns/r/{other}/cancel")
    for deed in ("cancel", "send"):
        answer = paul.session.post(
            f"{door.url}/returns/r/{number}/{deed}", data={"nonce": stolen, "tracking": "1"}, timeout=10
        )
        assert answer.status_code == 404
    with reading(door.world.desk.engine) as session:
        assert session.get_one(Return, 1).status is ReturnStatus.PENDING


def test_every_address_keeps_to_itself(inside: Customer, number: str) -> None:
    filled = {"{number}": number, "{deed}": "cancel", "{secret}": "x", "{name}": "portal.css"}
    routes = [one for one in create_router(inside.door.world.desk).routes if isinstance(one, APIRoute)]
    for route in routes:
        path = route.path
        for hole, value in filled.items():
            path = path.replace(hole, value)
        for method in route.methods:
            answer = inside.session.request(
                method, inside.door.url + path, data={"nonce": "x"}, timeout=10, allow_redirects=False
            )
            assert answer.status_code < 500, path
            keeps_to_itself(answer, static="/static/" in path)


def keeps_to_itself(answer: requests.Response, *, static: bool) -> None:
    headers, path = answer.headers, f"{answer.request.method} {answer.url}"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy, path
    assert "frame-ancestors 'none'" in policy, path
    assert "unsafe" not in policy, path
    assert headers["referrer-policy"] == "no-referrer", path
    assert headers["x-content-type-options"] == "nosniff", path
    assert "noindex" in headers["x-robots-tag"], path
    assert static or "no-store" in headers["cache-control"], path
    assert "strict-transport-security" not in headers, path
    assert not re.search(r"<script(?! src=)|<style| style=| on[a-z]+=", answer.text), path


def test_behind_https_the_cookie_and_the_pages_stay_there(engine: Engine) -> None:
    with a_world(engine, public_url="https://returns.example.com") as world:
        mug = world.shop.add_product("Mug", "33.00", stock=5)
        order = world.order((mug, 1))
        with Service(create_app(world.desk, a_silent_bolt())) as service:
            customer = Customer(Door(service.url, world))
            customer.ask_for_link(str(order.id), str(order.billing["email"]))
            world.work()
            (note,) = [one.text for one in world.shop.state.notes.values() if one.customer_note]
            path = note[note.index("/returns/l/") :]
            answer = requests.get(service.url + path, allow_redirects=False, timeout=10)
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_what_customers_type_is_shown_as_text(door: Door, customer: Customer) -> None:
    product = door.world.shop.add_product(NASTY, "10.00", stock=5)
    order = door.world.order((product, 1))
    number = door.world.case(door.world.open(order, Wish.REFUND)).number
    customer.come_in(order)
    page = customer.get(f"/returns/r/{number}").text
    assert "<script>" not in page
    assert "onerror" not in page.replace("onerror=alert(1)&gt;", "")
    assert "{{7*7}}" in page or "{{7*7}}" in page.replace("&#34;", '"')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"a=" + b"x" * 900_000,
        b"nonce=" + b"x" * 1_100_000,
        b"&".join([b"a=1"] * 2000),
        b"nonce",
        b"nonce[]=1&nonce[]=2",
    ],
)
def test_nonsense_is_answered_in_words(inside: Customer, number: str, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    url = f"{inside.door.url}/returns/r/{number}/cancel"
    answer = inside.session.post(url, data=body, headers=headers, timeout=10)
    assert answer.status_code == (413 if len(body) > 1_000_000 else 400)
    assert 'role="alert"' in answer.text
