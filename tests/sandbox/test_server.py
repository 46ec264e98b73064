"""The sandbox as a whole: services wired to each other, the story they tell, and the page's HTTP side."""

import json
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.sandbox.page import app as page
from bot.sandbox.page.troubles import SWITCHES, TROUBLES
from bot.sandbox.server import Sandbox
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.slack.opening import open_view
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, SAM, WAREHOUSE

Json = dict[str, Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests; each works on orders of its own."""
    with Sandbox() as sandbox:
        yield sandbox


def look(sandbox: Sandbox, user: str = ALICE, **query: str) -> requests.Response:
    return requests.get(f"{sandbox.page_url}/api/state", params={"as": user, **query}, timeout=5)


def do(sandbox: Sandbox, user: str = ALICE, **deed: Any) -> requests.Response:
    return requests.post(f"{sandbox.page_url}/api/act", json={"as": user, **deed}, timeout=5)


def test_a_card_refund_of_the_shop_moves_money_at_stripe_under_the_shops_reason(sandbox: Sandbox) -> None:
    order = sandbox.shop.state.orders[sandbox.story.orders["cheaper"]]
    sandbox.shop.refund_by_hand(order.id, "12.34", reason="RMA-7-R1 too small", via_gateway=True)
    entry = sandbox.stripe.ledger[-1]
    assert (entry.kind.value, entry.amount_minor, entry.currency) == ("refund", 1234, "eur")
    assert entry.metadata["reason"] == "RMA-7-R1 too small"
    assert entry.payment_intent == next(row.value for row in order.meta if row.key == "_stripe_intent_id")


def test_what_stripe_refuses_the_shop_refuses_and_books_nothing(sandbox: Sandbox) -> None:
    order = sandbox.story.orders["overdue"]
    charge = sandbox.shop.state.orders[order].transaction_id
    sandbox.stripe.dispute(charge)
    with pytest.raises(ShopError):
        sandbox.shop.refund_by_hand(order, "1.00", via_gateway=True)
    assert sandbox.shop.refunds(order) == []


def test_a_paypal_refund_stays_in_the_shops_own_ledger(sandbox: Sandbox) -> None:
    order = sandbox.story.orders["uncounted"]
    before = len(sandbox.stripe.ledger)
    sandbox.shop.refund_by_hand(order, "5.00", via_gateway=True)
    assert sandbox.shop.ledger.refunded(order) == 500
    assert len(sandbox.stripe.ledger) == before


@pytest.mark.parametrize(
    ("key", "total", "method"),
    [
        ("extended", "168.00", "paypal"),
        ("one-cent", "179.25", "stripe"),
        ("two-rates", "81.10", "stripe"),
        ("credit", "113.80", "stripe"),
        ("withdrawal", "92.90", "stripe"),
        ("dearer", "131.90", "stripe"),
        ("transfer", "59.00", "bacs"),
        ("yen", "3300.00", "stripe"),
    ],
)
def test_the_awkward_orders_cost_what_the_rules_say(
    sandbox: Sandbox, key: str, total: str, method: str
) -> None:
    order = sandbox.shop.state.orders[sandbox.story.orders[key]]
    assert (str(order.total), order.payment_method) == (total, method)


def test_the_story_is_told_in_dates_that_hold_today(sandbox: Sandbox) -> None:
    order = sandbox.shop.state.orders[sandbox.story.orders["withdrawal"]]
    delivered = next(int(row.value) for row in order.meta if row.key == "_delivered_at")
    days = (sandbox.clock().timestamp() - delivered) / 86400
    assert days == pytest.approx(3, abs=0.01)
    assert order.created.timestamp() < delivered


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_request_of_the_story_names_lines_that_were_bought(language: str) -> None:
    with Sandbox(language=language) as sandbox:
        for request in sandbox.story.requests:
            order = sandbox.shop.state.orders[request.order]
            bought = {line.id: line.quantity for line in order.of_kind("line_item")}
            assert order.billing["email"] == request.email
            assert all(0 < item.quantity <= bought[item.line] for item in request.items)
        assert len(sandbox.story.requests) >= 14


def test_reset_tells_the_same_story_again_under_the_same_keys(sandbox: Sandbox) -> None:
    sandbox.slack.say(ALICE, CHANNEL, "one more word")
    orders, numbers = sandbox.story.orders, sandbox.shop.state.orders.keys()
    sandbox.reset()
    assert sandbox.story.orders == orders
    assert sandbox.shop.state.orders.keys() == numbers
    assert sandbox.slack.messages(CHANNEL) == []
    assert sandbox.keys.consumer_key in sandbox.shop.state.keys


def test_a_link_into_wp_admin_leads_to_the_order_on_the_page(sandbox: Sandbox) -> None:
    url = f"{sandbox.shop_url}/wp-admin/admin.php?page=wc-orders&action=edit&id=5530"
    answer = requests.get(url, allow_redirects=False, timeout=5)
    assert answer.headers["location"] == f"{sandbox.page_url}/#order-5530"


def test_the_page_says_nothing_twice(sandbox: Sandbox) -> None:
    version = look(sandbox).json()["version"]
    assert look(sandbox, seen=version).status_code == 204
    sandbox.slack.say(ALICE, CHANNEL, "hello")
    assert look(sandbox, seen=version).json()["version"] != version


def test_people_see_their_own_channels_only(sandbox: Sandbox) -> None:
    rooms = {one["id"] for one in look(sandbox, BOB).json()["slack"]["channels"]}
    assert CHANNEL in rooms
    assert WAREHOUSE not in rooms


def test_somebody_deactivated_can_do_nothing(sandbox: Sandbox) -> None:
    answer = do(sandbox, SAM, do="say", channel=CHANNEL, text="I am still here")
    assert answer.status_code == 409
    assert "I am still here" not in look(sandbox).text


def test_a_fault_waits_until_it_is_forgotten(sandbox: Sandbox) -> None:
    do(sandbox, do="fault", name="refund_lost")
    assert look(sandbox).json()["faults"]["waiting"][0]["what"] == "lost_after"
    do(sandbox, do="fault", name="clear")
    assert look(sandbox).json()["faults"]["waiting"] == []


def test_one_fault_is_taken_back_and_the_others_wait_on(sandbox: Sandbox) -> None:
    for name in ("refund_lost", "phantom", "bank_keeps", "webhooks_lost"):
        assert do(sandbox, do="fault", name=name).ok
    waiting = look(sandbox).json()["faults"]["waiting"]
    assert [row["what"] for row in waiting] == ["lost_after", "phantom_after", "bank_keeps", "webhooks_lost"]
    for number, row in enumerate(waiting, start=1):
        do(sandbox, do="take_back", id=row["id"])
        assert look(sandbox).json()["faults"]["waiting"] == waiting[number:]
    assert not sandbox.shop.state.habits.lost


@pytest.mark.parametrize(("button", "status"), [("bank_gives_up", "failed"), ("bank_pays", "succeeded")])
def test_the_bank_keeps_a_refund_until_somebody_says_how_it_ends(
    sandbox: Sandbox, button: str, status: str
) -> None:
    assert do(sandbox, do="fault", name=button).status_code == 409
    do(sandbox, do="fault", name="bank_keeps")
    do(sandbox, do="refund_by_hand", order=sandbox.story.orders["small"], amount="0.10")
    newest = sandbox.stripe.all("refund")[0]
    assert newest["status"] == "pending"
    assert do(sandbox, do="fault", name=button).ok
    assert sandbox.stripe.get(newest["id"])["status"] == status


def test_a_refund_in_wp_admin_shows_as_cash_and_on_the_order(sandbox: Sandbox) -> None:
    order = sandbox.story.orders["gift-card"]
    assert do(sandbox, do="refund_by_hand", order=order, amount="3,50").ok
    shop = look(sandbox).json()["shop"]
    assert shop["cash"][-1] | {"at": 0, "total": 0, "reference": ""} == {
        "gateway": "stripe", "kind": "refund", "minor": -350, "currency": "EUR", "order": str(order),
        "note": "Refunded in wp-admin", "reference": "", "at": 0, "total": 0, "decimals": 2,
    }  # fmt: skip
    assert next(one for one in shop["orders"] if one["id"] == order)["refunded"] == "3.50"


def test_more_than_was_paid_is_refused_in_words(sandbox: Sandbox) -> None:
    answer = do(sandbox, do="refund_by_hand", order=sandbox.story.orders["small"], amount="9999")
    assert answer.status_code == 409
    assert answer.json()["error"]


BOX: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Photos"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "photos",
            "label": {"type": "plain_text", "text": "Photos"},
            "element": {"type": "file_input", "action_id": "photos", "filetypes": ["png", "webp"]},
        }
    ],
}
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L"


def test_a_person_puts_files_into_a_modal_and_the_page_shows_pictures_alone(sandbox: Sandbox) -> None:
    view = open_view(sandbox.slack.core, BOB, BOX)
    place = {"do": "files", "view": view.id, "action": "photos", "block": "photos"}
    contents = {"a.png": b"\x89PNG", "b.webp": WEBP, "page.png": b"<script>"}
    files = [{"name": name, "data": b64encode(data).decode()} for name, data in contents.items()]
    assert do(sandbox, BOB, **place, files=files).ok
    chosen = look(sandbox, BOB).json()["slack"]["modal"]["state"]["values"]["photos"]["photos"]["files"]
    assert [one["name"] for one in chosen] == list(contents)
    shown = [requests.get(f"{sandbox.page_url}/files/{one['id']}", timeout=5) for one in chosen]
    assert [one.headers.get("content-type") for one in shown[:2]] == ["image/png", "image/webp"]
    assert shown[2].status_code == 404
    assert do(sandbox, BOB, **place, files=[{"name": "a.exe", "data": ""}]).status_code == 409
    assert do(sandbox, ALICE, **place, files=files).status_code == 409
    assert do(sandbox, BOB, **place, files=[{"name": "a.png", "data": "&"}]).status_code == 409
    do(sandbox, BOB, do="close", view=view.id)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Content-Type": "text/plain"}],
)
def test_no_other_site_can_act_on_the_page(sandbox: Sandbox, headers: dict[str, str]) -> None:
    body = json.dumps({"as": ALICE, "do": "say", "channel": CHANNEL, "text": "from elsewhere"})
    sent = {"Content-Type": "application/json", **headers}
    answer = requests.post(f"{sandbox.page_url}/api/act", data=body, headers=sent, timeout=5)
    assert answer.status_code in (403, 415)
    assert "from elsewhere" not in look(sandbox).text


def test_the_page_loads_nothing_from_elsewhere_and_no_inline_script(sandbox: Sandbox) -> None:
    answer = requests.get(sandbox.page_url, timeout=5)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in answer.text


@pytest.mark.parametrize("name", ["..%2fserver.py", "%2e%2e/server.py", "nothing.js", "app.py"])
def test_only_the_pages_own_files_are_served(sandbox: Sandbox, name: str) -> None:
    assert requests.get(f"{sandbox.page_url}/web/{name}", timeout=5).status_code == 404


def test_both_catalogues_have_every_word_the_scripts_use() -> None:
    english, french = (
        json.loads((page.WEB / f"words.{language}.json").read_text()) for language in ("en", "fr")
    )
    assert english.keys() == french.keys()
    assert {name for name, text in english.items() if _gaps(text) != _gaps(french[name])} == set()
    assert _used(page.WEB) - english.keys() == set()


def _gaps(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def _used(folder: Path) -> set[str]:
    texts = [path.read_text() for path in folder.glob("*.js")]
    return {word for text in texts for word in re.findall(r"\bt\(\"([\w-]+)\"", text)}


def test_every_fault_has_its_words() -> None:
    words = json.loads((page.WEB / "words.en.json").read_text())
    named = {f"fault_{name}{part}" for name in [*TROUBLES, *SWITCHES] for part in ("", "_about")}
    assert named <= words.keys()


def test_no_script_of_the_page_writes_html() -> None:
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
    found = [
        path.name for path in page.WEB.glob("*.js") if any(word in path.read_text() for word in forbidden)
    ]
    assert found == []
    assert [path.name for path in page.WEB.iterdir() if len(path.read_text().splitlines()) > 400] == []


def test_the_shops_plugin_books_a_refund_that_was_made_at_stripe_but_not_its_own_a_second_time(
    sandbox: Sandbox,
) -> None:
    mug = sandbox.shop.add_product("Mug", "33.00", stock=5)
    order = sandbox.shop.place_order([(mug, 2)], payment_method="stripe")
    sandbox.gateway.refund(order, "33.00", "RMA-1-R1 Return RMA-1")
    sandbox.stripe.refund_from_plugin(order.transaction_id, 1000, "made in the dashboard")
    for _ in range(200):
        if sandbox.shop.refunds(order.id):
            break
        time.sleep(0.02)
    time.sleep(0.2)
    assert [(str(row.amount), row.lines) for row in sandbox.shop.refunds(order.id)] == [("10.00", [])]
