"""The way to the customer's pages: nobody learns anything who does not read the customer's mail."""

import logging
import re

import pytest
import requests
from sqlmodel import select

from bot.sandbox import shop as shops
from store.db import reading, writing
from store.models import Operation
from store.portal_models import PortalLink, PortalVisit
from tests.handlers.conftest import Door
from tests.handlers.portal.conftest import Customer, mailed

WITHOUT_SECRETS = re.compile(r'value="[^"]*"')


def bare(page: requests.Response) -> str:
    """A page without what is different in each: the hidden fields."""
    return WITHOUT_SECRETS.sub("", page.text)


def secret_of(link: str) -> str:
    return link.rsplit("/", 1)[1]


def test_a_link_is_sent_to_the_orders_own_address_and_shown_nowhere(
    customer: Customer, order: shops.Order
) -> None:
    answer = customer.ask_for_link(f"#{order.id}", str(order.billing["email"]).upper())
    customer.door.world.work()
    (link,) = mailed(customer.door.world, order)
    assert secret_of(link) not in answer.text
    assert len(secret_of(link)) >= 26  # 160 bits
    shown = customer.get(link.removeprefix("http://127.0.0.1:8000"))
    assert (shown.status_code, shown.url) == (200, customer.door.url + "/returns/mine")


def test_the_secret_of_a_link_or_visit_is_kept_nowhere(customer: Customer, order: shops.Order) -> None:
    customer.come_in(order)
    secret = secret_of(mailed(customer.door.world, order)[0])
    cookie = customer.session.cookies["returns_visit"]
    with reading(customer.door.world.desk.engine) as session:
        rows = [
            str(one.model_dump())
            for table in (PortalLink, PortalVisit, Operation)
            for one in session.exec(select(table))
        ]
    assert not [row for row in rows if secret in row or cookie in row]


def test_the_cookie_is_for_these_pages_and_for_no_script(customer: Customer, order: shops.Order) -> None:
    customer.come_in(order)
    (cookie,) = [one for one in customer.session.cookies if one.name == "returns_visit"]
    assert cookie.path == "/returns"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"


def test_right_and_wrong_are_answered_alike(customer: Customer, order: shops.Order) -> None:
    email = str(order.billing["email"])
    right = customer.ask_for_link(str(order.id), email)
    others = [
        customer.ask_for_link(str(order.id), "other@example.com"),
        customer.ask_for_link("999999", email),
        customer.ask_for_link("nonsense", "x@y"),
    ]
    assert {(one.status_code, bare(one)) for one in others} == {(right.status_code, bare(right))}
    customer.door.world.work()
    assert len(mailed(customer.door.world, order)) == 1


def test_guesses_beyond_the_limit_get_the_same_answer_and_no_work_is_done(
    customer: Customer, order: shops.Order
) -> None:
    answers = {bare(customer.ask_for_link(str(order.id), str(order.billing["email"]))) for _ in range(9)}
    assert len(answers) == 1
    customer.door.world.work()
    assert len(mailed(customer.door.world, order)) == 5


@pytest.mark.parametrize("trouble", ["expired", "revoked", "garbled", "empty"])
def test_a_link_that_does_not_open_says_how_to_get_another(
    customer: Customer, order: shops.Order, trouble: str
) -> None:
    customer.ask_for_link(str(order.id), str(order.billing["email"]))
    world = customer.door.world
    world.work()
    secret = secret_of(mailed(world, order)[0])
    with writing(world.desk.engine) as session:
        link = session.exec(select(PortalLink)).one()
        link.revoked_at = world.clock() if trouble == "revoked" else None
        session.add(link)
    if trouble == "expired":
        world.clock.pass_(minutes=61 * 24 * 60)
    path = {"garbled": secret[:-1], "empty": " "}.get(trouble, secret)
    answer = customer.get(f"/returns/l/{path}")
    assert answer.status_code == 404
    assert "needs a new link" in answer.text


def test_a_visit_ends_when_its_link_is_revoked(customer: Customer, order: shops.Order, number: str) -> None:
    customer.come_in(order)
    assert customer.get(f"/returns/r/{number}").status_code == 200
    with writing(customer.door.world.desk.engine) as session:
        link = session.exec(select(PortalLink)).one()
        link.revoked_at = customer.door.world.clock()
        session.add(link)
    assert customer.get(f"/returns/r/{number}").status_code == 404


def test_a_programme_that_fetches_links_ahead_uses_nothing_up(
    customer: Customer, order: shops.Order, number: str
) -> None:
    customer.ask_for_link(str(order.id), str(order.billing["email"]))
    customer.door.world.work()
    path = mailed(customer.door.world, order)[0].removeprefix("http://127.0.0.1:8000")
    before = customer.door.world.case(1).version
    for _ in range(3):
        Customer(customer.door).get(path)
    assert customer.get(path).status_code == 200
    assert customer.door.world.case(1).version == before


def test_no_secret_reaches_the_log(
    customer: Customer, order: shops.Order, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    customer.come_in(order)
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith(("bot", "handlers")))
    assert secret_of(mailed(customer.door.world, order)[0]) not in ours


@pytest.mark.parametrize(
    ("number", "email"), [("", ""), ("  ", "a@b.c"), ("#", "a@b.c"), ("5", "no address"), ("5", "")]
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(door: Door, number: str, email: str) -> None:
    answer = Customer(door).ask_for_link(number, email)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert email in answer.text
