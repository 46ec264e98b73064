"""The secret of a link: not to be guessed, shown nowhere but in the customer's mail, used up by no look."""

import logging
import re
from collections import Counter
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.portal_links import link_address
from bot.sandbox.story.people import ALICE, CHANNEL
from store.db import writing
from store.portal_models import PortalLink, PortalVisit
from tests.counter import a_counter
from tests.handlers.portal.conftest import Customer, mailed
from tests.handlers.portal.doors import changed, doors, everything
from tests.handlers.portal.pairs import Pair, pair
from tests.world import World, a_settings

__all__ = ["pair"]

HERE = "http://127.0.0.1:8000"
# What a look may leave behind: a link that was followed is a visit, which opens nothing that the link does
# not; and what the shop wrote was seen, unless the page was only fetched ahead.
VISIT, SEEN = {"/returns/l/{secret}": {"+portal_visits"}}, {"messages.seen_at"}
NEWS = {"/returns/r/{number}/news": SEEN}  # asked for by the script of a page that is looked at
PAGES = {"/returns/r/{number}": SEEN, "/returns/r/{number}/talk": SEEN}
LOOKS = {
    "get": ("GET", "", VISIT | NEWS | PAGES),
    "head": ("HEAD", "", {}),
    "prefetch": ("GET", "prefetch;prerender", VISIT | NEWS),
}


def path_of(world: World, customer_of: Pair) -> str:
    return mailed(world, customer_of.marie.order)[-1].removeprefix(HERE)


@pytest.mark.parametrize("look", LOOKS)
def test_to_look_at_any_address_changes_nothing(pair: Pair, look: str) -> None:
    desk, marie = pair.door.world.desk, pair.marie
    secret = path_of(pair.door.world, pair).rsplit("/", 1)[1]
    method, purpose, may = LOOKS[look]
    for door in doors(desk):
        if door.method != "GET":
            continue
        address = pair.door.url + marie.address(door.path.replace("{secret}", secret))
        before = everything(desk)
        marie.customer.session.request(
            method, address, headers={"sec-purpose": purpose}, timeout=10, allow_redirects=False
        )
        assert changed(before, everything(desk)) <= may.get(door.path, set()), door
    marie.customer.session.get(f"{pair.door.url}/returns/l/{secret}", timeout=10).raise_for_status()


def test_secrets_are_long_all_different_and_evenly_spread(pair: Pair) -> None:
    desk = pair.door.world.desk
    secrets = [link_address(desk, number).rsplit("/", 1)[1] for number in range(1, 3001)]
    assert len(set(secrets)) == 3000
    assert {len(one) for one in secrets} == {27}  # 160 bits, six to a character
    spread = Counter(character for one in secrets for character in one[:-1])  # the last one holds four bits
    assert len(spread) == 64
    assert max(spread.values()) < 1.25 * min(spread.values())
    places = [len({one[place] for one in secrets}) for place in range(26)]
    assert min(places) == 64


def test_another_key_makes_other_secrets(pair: Pair) -> None:
    desk = pair.door.world.desk
    first = link_address(desk, 1)
    key = pair.door.world.shop.key()
    desk.__dict__["settings"] = a_settings("http://127.0.0.1:1", key, secret_key="f" * 32)
    assert link_address(desk, 1) != first


@pytest.mark.parametrize("trouble", ["expired", "revoked"])
def test_what_a_link_opened_closes_with_it_on_every_page(pair: Pair, trouble: str) -> None:
    world, marie = pair.door.world, pair.marie
    secret = path_of(world, pair).rsplit("/", 1)[1]
    with writing(world.desk.engine) as session:
        for visit in session.exec(select(PortalVisit)).all():
            visit.expires_at += timedelta(days=365)
        for link in session.exec(select(PortalLink)).all():
            link.revoked_at = world.clock() if trouble == "revoked" else None
    world.clock.pass_(days=61 if trouble == "expired" else 0)
    for door in doors(world.desk):
        if door.holes or door.path in ("/returns/mine", "/returns/ask"):
            answer = marie.customer.session.request(
                door.method, pair.door.url + marie.address(door.path.replace("{secret}", secret)), timeout=10
            )
            assert answer.status_code == 404, door
            assert not [one for one in marie.secrets[:3] if one in answer.text], door


def test_the_secret_is_in_no_page_no_address_and_no_log(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world, customer = pair.door.world, Customer(pair.door)
    secret = path_of(world, pair).rsplit("/", 1)[1]
    seen, waiting = set[str](), [f"{pair.door.url}/returns/l/{secret}"]
    while waiting:
        answer = customer.session.get(waiting.pop(), timeout=10)
        assert secret not in answer.url + answer.text + str(answer.headers), answer.url
        found = {
            urljoin(answer.url, one) for one in re.findall(r'(?:href|src|action)="([^"]+)"', answer.text)
        }
        fresh = {one for one in found - seen if urlsplit(one).netloc == urlsplit(pair.door.url).netloc}
        seen |= fresh
        waiting += fresh
    assert len(seen) > 6
    world.work()
    theirs = ("urllib3", "asyncio")  # this test's own client says where it goes
    said = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(theirs))
    assert secret not in said


def test_the_team_sees_no_secret_of_a_customer(engine: Engine) -> None:
    with a_counter(engine) as counter:
        rma = counter.open()
        decisions.approve(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), rma.case.version)
        decisions.message(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Send it, please.")
        counter.work()
        notes = "\n".join(one.text for one in counter.shop.state.notes.values())
        secrets = re.findall(r"/returns/l/(\S+)", notes)
        cards = counter.slack.messages(CHANNEL)
        said = [*cards, *(one for card in cards for one in counter.slack.thread(card))]
        shown = str([(one.text, one.all_blocks) for one in said])
        assert len(secrets) == 2
        assert not [one for one in (*secrets, "/returns/l/") if one in shown]
        rows = str([tuple(row) for table in counter.everything().values() for row in table])
        assert not [one for one in secrets if one in rows]
