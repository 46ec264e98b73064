"""A locked database: whoever clicks is told within Slack's three seconds, and nothing they typed is lost."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from blocks import ids
from bot.sandbox.shop.webhooks import sign
from bot.sandbox.slack import View
from bot.sandbox.story.people import ALICE, CHANNEL, CHLOE
from handlers.signing import intake_signature
from store.db import open_engine
from store.terms import OperationState
from tests.conftest import DATABASES, PostgresqlServer, SqliteFiles
from tests.counter import Counter, a_counter
from tests.proof.local_faults import held_by_somebody

SECONDS = 3.0  # what Slack gives
TOLD = "Not saved: the desk cannot write at the moment. Nothing was sent. Try again in a minute."
DIT = "Rien n’a été envoyé."


@pytest.fixture(scope="module", params=DATABASES)
def counter(
    request: pytest.FixtureRequest, databases: Callable[[str], SqliteFiles | PostgresqlServer]
) -> Iterator[Counter]:
    engine = open_engine(databases(request.param).migrated())
    with a_counter(engine) as counter:
        yield counter
    engine.dispose()


def in_time(counter: Counter, act: Callable[[], Any]) -> Any:
    """Do it while somebody holds the database; it is answered in time and leaves no trace in it."""
    before = counter.everything()
    with held_by_somebody(counter.desk.engine):
        started = time.monotonic()
        result = act()
        assert time.monotonic() - started < SECONDS
        assert counter.slack.answers[-1].acked
    assert counter.everything() == before
    return result


def hears(counter: Counter, user: str, words: str = TOLD) -> str:
    """What only this person sees, once it is there."""

    def look() -> str | None:
        return next((text for text in counter.told(user) if words in text), None)

    found: str = counter.slack.wait_for(look)
    return found


def banner(counter: Counter, user: str = ALICE) -> View:
    """The modal in front of a person, once it says that nothing was saved."""

    def look() -> View | None:
        view = counter.slack.modal(user)
        return view if view and "Not saved" in json.dumps(view.blocks) else None

    found: View = counter.slack.wait_for(look)
    return found


@pytest.mark.parametrize(("user", "words"), [(ALICE, TOLD), (CHLOE, DIT)])
def test_a_button_of_a_card_is_answered_beside_the_card(counter: Counter, user: str, words: str) -> None:
    rma = counter.open()
    in_time(counter, lambda: counter.slack.click(user, rma.card, "take"))
    hears(counter, user, words)
    counter.slack.click(user, rma.card, "take")
    assert rma.case.owner is not None


def test_a_form_stays_open_with_what_was_typed_and_says_why(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.click(ALICE, rma.card, "message")
    result = in_time(counter, lambda: counter.slack.submit(ALICE, values={"text": "Long and dear words"}))
    assert list(result.errors.values()) == [TOLD]
    assert "Long and dear words" in str(counter.modal().values)
    assert counter.slack.submit(ALICE).view is None
    counter.work()
    assert "Long and dear words" in str([mail.text for mail in counter.shop.outbox])


def test_a_confirmation_stays_open_and_pays_once_when_it_is_pressed_again(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    counter.slack.click(ALICE, rma.card, "refund_box")
    counter.slack.submit(ALICE)
    assert counter.modal().callback_id == ids.CONFIRM
    in_time(counter, lambda: counter.slack.submit(ALICE))
    assert banner(counter).callback_id == ids.CONFIRM
    in_time(counter, lambda: counter.slack.submit(ALICE))
    assert json.dumps(banner(counter).blocks).count("Not saved") == 1
    counter.work()
    assert rma.paid_back == 0
    counter.slack.submit(ALICE)
    counter.work()
    assert rma.paid_back == 6600


@pytest.mark.slow
def test_a_button_in_a_modal_is_answered_in_that_modal(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.click(ALICE, rma.card, "more")
    in_time(counter, lambda: counter.slack.click(ALICE, counter.modal(), "cancel"))
    view = banner(counter)
    counter.slack.click(ALICE, view, "cancel")
    assert counter.modal().callback_id == ids.CANCEL


@pytest.mark.slow
def test_a_tick_in_the_refund_box_keeps_all_ticks(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    counter.slack.click(ALICE, rma.card, "refund_box")
    in_time(counter, lambda: counter.slack.choose(ALICE, counter.modal(), "method", "store_credit"))
    view = banner(counter)
    assert "store_credit" in str(view.values)
    counter.slack.submit(ALICE)
    counter.slack.submit(ALICE)
    counter.work()
    assert len(counter.shop.state.coupons) == 1
    assert rma.paid_back == 0


@pytest.mark.slow
def test_a_command_is_answered_with_itself_so_that_it_can_be_copied(counter: Counter) -> None:
    words = "extend 5567 15 the parcel was lost"
    result = in_time(counter, lambda: counter.slack.command(ALICE, CHANNEL, "/returns", words))
    assert TOLD in result.answer.body["text"]
    assert f"/returns {words}" in result.answer.body["text"]


@pytest.mark.slow
def test_a_button_of_the_home_opens_a_modal_that_says_so(counter: Counter) -> None:
    counter.open()
    counter.slack.open_home(ALICE)
    counter.work()
    home = counter.slack.home(ALICE)
    assert home is not None
    payload = {
        "type": "block_actions",
        "user": {"id": ALICE},
        "team": {"id": "T01SHOP"},
        "view": {"id": home.id, "type": "home", "blocks": home.blocks},
        "container": {"type": "view", "view_id": home.id},
        "trigger_id": counter.slack.core.new_trigger(ALICE),
        "actions": [{"action_id": "take", "value": "1:1", "action_ts": "7.7"}],
    }
    with held_by_somebody(counter.desk.engine):
        assert counter.send(payload).status_code == 200
    banner(counter)


@pytest.mark.slow
def test_an_event_is_refused_so_that_slack_brings_it_again(counter: Counter) -> None:
    event = {"type": "app_home_opened", "user": ALICE, "tab": "home", "event_ts": "1.1"}
    payload = {"type": "event_callback", "event_id": "EvLocked", "team_id": "T01SHOP", "event": event}
    with held_by_somebody(counter.desk.engine):
        assert counter.send(payload, "events_api").status_code == 503
    assert counter.send(payload, "events_api").status_code == 200
    assert counter.operation(f"home/{ALICE}").payload == {"user": ALICE}


def test_a_lock_of_a_second_is_not_noticed(counter: Counter) -> None:
    rma = counter.open()
    card, letting_go = rma.card, threading.Event()

    def hold() -> None:
        with held_by_somebody(counter.desk.engine):
            letting_go.set()
            time.sleep(1)

    holder = threading.Thread(target=hold)
    holder.start()
    letting_go.wait()
    assert counter.slack.click(ALICE, card, "take").acked
    holder.join()
    assert rma.case.owner is not None


@pytest.mark.slow
def test_fifty_clicks_at_once_are_all_answered_in_time(counter: Counter) -> None:
    """Each has a thread at the door, and all wait for the lock side by side, none after the other."""
    card = counter.open().card
    before = len(counter.told(ALICE))

    def click(_number: int) -> float:
        started = time.monotonic()
        assert counter.slack.click(ALICE, card, "take").acked
        return time.monotonic() - started

    with held_by_somebody(counter.desk.engine), ThreadPoolExecutor(50) as pool:
        spans = list(pool.map(click, range(50)))
    assert max(spans) < SECONDS
    counter.slack.wait_for(lambda: len(counter.told(ALICE)) == before + 50)


@pytest.mark.slow
def test_whoever_cannot_even_be_read_is_answered_in_the_language_of_the_channel(counter: Counter) -> None:
    card = counter.open().card
    before = len(counter.told(ALICE))
    with held_by_somebody(counter.desk.engine, readers_too=True):
        assert counter.slack.click(ALICE, card, "take").acked
    counter.slack.wait_for(lambda: len(counter.told(ALICE)) > before)
    assert TOLD in counter.told(ALICE)[-1]


def knock(counter: Counter, path: str, body: bytes, **headers: str) -> requests.Response:
    """A request of somebody else than Slack, answered in time."""
    started = time.monotonic()
    answer = requests.post(counter.url + path, data=body, headers=headers, timeout=10)
    assert time.monotonic() - started < SECONDS
    return answer


def test_the_intake_says_that_nothing_was_saved_and_takes_the_same_request_later(counter: Counter) -> None:
    order = counter.order()
    item = {"line": order.lines[0].id, "quantity": 1, "reason": "too_small"}
    request = {"request_id": "form-1", "order": str(order.id), "email": "marie@example.com", "items": [item]}
    body = json.dumps(request).encode()
    secret = counter.desk.settings.intake_secret.get_secret_value()
    signed = {"x-returns-signature": intake_signature(body, secret, counter.desk.now())}
    with held_by_somebody(counter.desk.engine):
        refused = knock(counter, "/api/v1/returns", body, **signed)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "not_saved"
    assert refused.headers["retry-after"]
    assert knock(counter, "/api/v1/returns", body, **signed).status_code == 201


def test_a_webhook_is_refused_and_taken_when_it_comes_again(counter: Counter) -> None:
    rma = counter.open()
    body = json.dumps({"id": rma.order.id}).encode()
    signature = sign(counter.sandbox.keys.shop_webhook_secret, body)
    headers = {"x-wc-webhook-signature": signature, "x-wc-webhook-delivery-id": "locked"}
    with held_by_somebody(counter.desk.engine):
        assert knock(counter, "/webhooks/woocommerce", body, **headers).status_code == 503
    assert knock(counter, "/webhooks/woocommerce", body, **headers).status_code == 200
    assert counter.operation(f"order/{rma.order.id}").state is OperationState.DUE
