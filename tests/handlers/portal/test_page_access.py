"""What the team decides about a customer's page: a new link ends the others, a lock ends them all."""

from sqlmodel import select

from bot.desk import decisions
from bot.desk.page_access import lock_page, send_new_link
from bot.sandbox import shop as shops
from store.db import reading
from store.models import History, Message
from tests.handlers.portal.conftest import Customer, mailed
from tests.world import ALICE

HOME = "http://127.0.0.1:8000"


def follow(door_of: Customer, order: shops.Order, which: int = -1) -> Customer:
    """A browser that followed one of the links that were mailed."""
    browser = Customer(door_of.door)
    browser.get(mailed(door_of.door.world, order)[which].removeprefix(HOME))
    return browser


def told(customer: Customer, order: shops.Order, text: str) -> None:
    """The team writes to the customer of the order's only return, and the mail goes out."""
    decisions.message(customer.door.world.desk, 1, ALICE, text)
    customer.door.world.work()


def is_open(browser: Customer, number: str) -> bool:
    answer = browser.get(f"/returns/r/{number}")
    if answer.status_code == 200:
        return True
    assert answer.status_code == 404
    assert "needs a new link" in answer.text
    return False


def test_a_new_link_ends_every_visit_by_an_earlier_one(
    customer: Customer, order: shops.Order, number: str
) -> None:
    customer.come_in(order)  # by a link to the whole order
    told(customer, order, "Hello")
    by_the_note = follow(customer, order)
    assert is_open(customer, number)
    assert is_open(by_the_note, number)
    send_new_link(customer.door.world.desk, 1, ALICE)
    assert not is_open(customer, number)
    assert not is_open(by_the_note, number)
    assert not is_open(follow(customer, order), number)  # the old link itself
    customer.door.world.work()
    assert is_open(follow(customer, order), number)
    notes = [one.text for one in customer.door.world.shop.state.notes.values() if one.customer_note]
    assert notes[-1].startswith(f"Here is a new link to the page of your return {number}.")
    assert notes[-1].count(f"{HOME}/returns/l/") == 1


def test_a_note_that_still_waits_keeps_its_link(customer: Customer, order: shops.Order, number: str) -> None:
    world = customer.door.world
    decisions.message(world.desk, 1, ALICE, "Hello")
    send_new_link(world.desk, 1, ALICE)
    world.work()
    assert all(is_open(follow(customer, order, which), number) for which in range(2))


def test_links_to_other_returns_go_on_working(customer: Customer, order: shops.Order, number: str) -> None:
    world = customer.door.world
    decisions.cancel(world.desk, 1, ALICE, world.case(1).version, "a mistake")
    second = world.case(world.open(order)).number
    decisions.message(world.desk, 2, ALICE, "Hello")
    world.work()
    other = follow(customer, order)
    assert is_open(other, second)
    send_new_link(world.desk, 1, ALICE)
    lock_page(world.desk, 1, ALICE)
    assert is_open(other, second)
    assert not is_open(other, number)


def test_nothing_opens_a_locked_page_until_a_new_link_is_sent(
    customer: Customer, order: shops.Order, number: str
) -> None:
    world = customer.door.world
    told(customer, order, "Hello")
    before = follow(customer, order)
    assert is_open(before, number)
    lock_page(world.desk, 1, ALICE)
    world.work()
    assert len(mailed(world, order)) == 1
    assert not is_open(before, number)
    told(customer, order, "We look into it.")
    assert len(mailed(world, order)) == 1  # what is written meanwhile carries no link
    customer.come_in(order)  # with a link to the order that they asked for
    assert number not in customer.get("/returns/mine").text
    assert not is_open(customer, number)
    send_new_link(world.desk, 1, ALICE)
    world.work()
    assert is_open(follow(customer, order), number)


def test_history_says_who_did_it_and_the_conversation_keeps_no_link(
    customer: Customer, order: shops.Order, number: str
) -> None:
    world = customer.door.world
    lock_page(world.desk, 1, ALICE)
    send_new_link(world.desk, 1, ALICE)
    world.work()
    with reading(world.desk.engine) as session:
        rows = [(one.verb, one.operator_id) for one in session.exec(select(History))]
        said = [one.body for one in session.exec(select(Message))]
    assert rows[-2:] == [("page_locked", "U01ALICE"), ("link_renewed", "U01ALICE")]
    assert "/returns/l/" not in "".join(said)
