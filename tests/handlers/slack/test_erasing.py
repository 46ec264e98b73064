"""A customer who is erased is nowhere any more: not in the tables, the database's files, nor in Slack."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, event, text
from sqlmodel import select

from bot.commands.digest import post
from bot.desk.access import find_operator
from bot.desk.cases import settlements_of
from bot.desk.conversation import customer_says
from bot.desk.decisions import message as write
from bot.desk.decisions import take
from bot.desk.erasure import erase_customer
from bot.desk.orders import refresh
from bot.desk.photos import accept
from bot.desk.portal_links import ask_for_link, link_address, make_link
from bot.errors import Blocked, NotFound
from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, CHANNEL
from handlers.slack.calls import open_client
from store.db import reading, writing
from store.models import History, Resolution, ShopOrder, Tally
from tests.bot.desk.test_photos import a_picture
from tests.counter import Counter, Rma, a_counter

EMAIL = "zenobia.quartz@example.com"
PERSON = ("zenobia", "quartz", "0611998877", "my cat broke it")


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Any:
    """A desk whose SQLite overwrites nothing by itself, as it is built on most machines."""
    with a_counter(engine, photo_folder=str(tmp_path / "photos")) as opened:
        if engine.dialect.name == "sqlite":
            kept = opened.desk.engine
            kept.dispose()
            event.listen(kept, "connect", lambda one, _record: one.execute("PRAGMA secure_delete=OFF"))
        yield opened


@pytest.fixture
def rma(counter: Counter) -> Rma:
    """A return of which much was said and kept."""
    billing = {
        "first_name": "Zenobia",
        "last_name": "Quartz",
        "email": EMAIL,
        "phone": "0611998877",
        "country": "FR",
    }
    opened = counter.open(counter.order(billing=billing), arrived=True)
    alice = find_operator(counter.desk, ALICE)
    take(counter.desk, opened.return_id, alice)
    photo = accept(counter.desk, opened.order.id, a_picture(), return_id=opened.return_id)
    customer_says(counter.desk, opened.return_id, "my cat broke it, says Zenobia", "n1", [photo.name])
    counter.work()
    write(counter.desk, opened.return_id, alice, "Dear Zenobia, my cat broke it too")
    ask_for_link(counter.desk, "999999", EMAIL, "10.0.0.1", "en")
    counter.work(minutes=2)
    assert post(counter.desk, open_client(counter.desk.settings)) == "Posted."
    return opened


def test_nothing_of_the_person_is_left(counter: Counter, rma: Rma) -> None:
    assert found_in(everywhere(counter)) != []
    record, books = numbers(counter), totals(counter)
    assert photos_left(counter) == (True, True)
    erase_customer(counter.desk, EMAIL)
    counter.work(minutes=5)
    counter.desk.engine.dispose()
    assert found_in(everywhere(counter)) == []
    assert (numbers(counter), totals(counter)) == (record, books)
    assert photos_left(counter) == (False, False)
    assert "Erased on" in rma.card.text


def test_what_the_shop_still_knows_is_not_kept_again(counter: Counter, rma: Rma) -> None:
    erase_customer(counter.desk, EMAIL)
    counter.work(minutes=5)
    refresh(counter.desk, rma.order.id)
    counter.work(minutes=5)
    assert found_in(json.dumps(counter.everything(), default=str)) == []


def test_money_under_way_keeps_the_customer_and_is_named(counter: Counter, rma: Rma) -> None:
    with writing(counter.desk.engine) as session:
        session.add(a_refund(rma))
    with pytest.raises(Blocked) as refused:
        erase_customer(counter.desk, EMAIL)
    assert refused.value.values == {"references": f"{rma.number}-R1"}
    assert found_in(json.dumps(counter.everything(), default=str)) != []


def test_nobody_writes_to_a_return_that_was_erased(counter: Counter, rma: Rma) -> None:
    erase_customer(counter.desk, EMAIL)
    with pytest.raises(Blocked):
        customer_says(counter.desk, rma.return_id, "hello", "n2")


def test_the_old_card_still_pays_back_and_says_nobodys_name(counter: Counter, rma: Rma) -> None:
    erase_customer(counter.desk, EMAIL)
    counter.work(minutes=5)
    assert counter.slack.click(ALICE, rma.card, "refund_box").acked
    counter.work()
    box = json.dumps(counter.modal().blocks)
    assert "33.00" in box or "66.00" in box
    assert found_in(box) == []
    counter.slack.submit(ALICE)
    counter.work(minutes=5)
    assert found_in(json.dumps(counter.everything(), default=str)) == []


def test_an_old_link_opens_nothing(counter: Counter, rma: Rma) -> None:
    with writing(counter.desk.engine) as session:
        link = make_link(counter.desk, session, rma.order.id, rma.return_id)
    path = link_address(counter.desk, link).removeprefix(counter.desk.settings.public_url)
    visitor = requests.Session()
    assert visitor.get(counter.url + path, timeout=10).status_code == 200
    erase_customer(counter.desk, EMAIL)
    assert visitor.get(counter.url + f"/returns/r/{rma.number}", timeout=10).status_code == 404
    assert requests.get(counter.url + path, timeout=10).status_code == 404


def test_the_record_is_guarded_again_afterwards(counter: Counter, rma: Rma) -> None:
    erase_customer(counter.desk, EMAIL)
    with pytest.raises(Exception, match="append only"), counter.desk.engine.begin() as connection:
        connection.execute(text("UPDATE history SET verb = 'x'"))


def test_somebody_who_is_not_known_cannot_be_erased(counter: Counter) -> None:
    with pytest.raises(NotFound):
        erase_customer(counter.desk, "nobody@example.com")


def a_refund(rma: Rma) -> Resolution:
    fields: dict[str, Any] = {
        "return_id": rma.return_id,
        "order_id": rma.order.id,
        "slot": 1,
        "reference": f"{rma.number}-R1",
        "method": "gateway_refund",
        "status": "planned",
        "currency": "EUR",
        "amount_minor": 100,
        "kept_minor": 0,
        "credit_minor": 0,
        "choice": {},
        "quote": {},
        "operator_id": ALICE,
        "decided_at": rma.counter.desk.now(),
    }
    return Resolution(**fields)


def everywhere(counter: Counter) -> str:
    """All that the tables, the database's files and the channel show."""
    said = [json.dumps([one.text, one.blocks], default=str) for one in said_in_channel(counter)]
    return "\n".join([json.dumps(counter.everything(), default=str), *said, files_of(counter)])


def said_in_channel(counter: Counter) -> list[Message]:
    """Every message of the channel, and of the threads below them."""
    cards = counter.slack.messages(CHANNEL)
    return [one for card in cards for one in (card, *counter.slack.thread(card))]


def files_of(counter: Counter) -> str:
    url = counter.desk.engine.url
    if url.get_backend_name() != "sqlite":
        return ""
    path = Path(str(url.database))
    return "\n".join(one.read_bytes().decode("latin-1") for one in path.parent.glob(path.name + "*"))


def found_in(shown: str) -> list[str]:
    return [value for value in PERSON if value in shown.lower()]


def numbers(counter: Counter) -> list[Any]:
    """The record: who did what when, and every amount."""
    with reading(counter.desk.engine) as session:
        record = [(row.id, row.at, row.verb, row.operator_id) for row in session.exec(select(History))]
        sums = [
            (row.reference, row.amount_minor, row.status, row.method)
            for row in session.exec(select(Resolution))
        ]
    return [*record, *sums]


def totals(counter: Counter) -> list[Any]:
    """What the books are compared by, and what of each order is settled."""
    with reading(counter.desk.engine) as session:
        tallies = [row.model_dump() for row in session.exec(select(Tally))]
        orders = session.exec(select(ShopOrder).order_by(ShopOrder.number)).all()
        kept = [(row.order_id, row.snapshot["total"], row.snapshot["refunds"], row.stock) for row in orders]
        rows = [settlements_of(session, row.order_id) for row in orders]
    return [tallies, kept, rows]


def photos_left(counter: Counter) -> tuple[bool, bool]:
    """Whether there are any at the desk, and in the thread."""
    shown = [file for message in said_in_channel(counter) for file in message.files]
    return bool(list(counter.desk.photos.names(counter.later()))), bool(shown)
