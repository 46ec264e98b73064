"""/returns and its words, typed well, badly, and from anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.intake import deadline
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message, Result
from bot.sandbox.story.people import ALICE, CHANNEL, CHLOE, DAN, GENERAL
from handlers.slack.commands import WORDS
from store.terms import Source
from tests.counter import Counter, Rma
from tests.world import found

EARLIER = datetime.now(UTC) - timedelta(days=90)


def call(counter: Counter, text: str, user: str = ALICE, channel: str = CHANNEL) -> Result:
    """Type the command, and let the worker do what it asks for."""
    result = counter.slack.command(user, channel, "/returns", text)
    assert result.acked, result
    assert result.warning == ""
    counter.work()
    return result


def said(counter: Counter, user: str = ALICE) -> str:
    """The newest thing that only this person sees, blocks included."""
    shown: list[Message] = [*counter.slack.ephemerals(user), *counter.slack.direct(user)]
    newest = max(shown, key=lambda one: float(one.ts))
    return f"{newest.text} {newest.all_blocks}"


@pytest.mark.parametrize(
    "how", ["{number}", "{lower}", "  {number}  ", "#{order}", "{order}", "“{number}”", '"{number}"']
)
def test_a_return_is_found_by_what_people_have_at_hand(counter: Counter, how: str) -> None:
    rma = counter.open()
    call(counter, how.format(number=rma.number, lower=rma.number.lower(), order=rma.order.id))
    assert f"*{rma.number}*" in said(counter)


@pytest.mark.parametrize(
    "text",
    [
        "zoë",
        "LEFE",
        "lefevre zo",
        "06 12 34 56 78",
        "hood",
        "6A123",
        "pending zoe",
        "zoe >60 <70",
        "period today",
    ],
)
def test_a_return_is_found_by_any_part_of_what_is_known(counter: Counter, text: str) -> None:
    billing = {"first_name": "Zoé", "last_name": "Lefèvre", "email": "z@example.org", "phone": "+33612345678"}
    hood = counter.shop.add_product("Hoodie, grey", "66.00", sku="HOOD-M", stock=3)
    order = counter.shop.place_order([(hood, 1)], payment_method="paypal", billing=billing)
    other, rma = counter.open(), counter.open(order, tracking_number="6A12345678901")
    call(counter, text)
    assert f"*{rma.number}*" in said(counter)
    assert (f"*{other.number}*" in said(counter)) == (text == "period today")


def test_what_is_mine_follows_whoever_asks(counter: Counter) -> None:
    rma = counter.open()
    call(counter, "mine")
    assert "Nothing found" in said(counter)
    counter.slack.click(ALICE, rma.card, "take")
    call(counter, "mine")
    assert f"*{rma.number}*" in said(counter)
    call(counter, f"unclaimed {rma.number}")
    assert "Nothing found" in said(counter)


def test_a_period_nobody_can_read_is_answered_with_how_to_write_one(counter: Counter) -> None:
    call(counter, "period soon")
    assert "“soon” is no period" in said(counter)


def test_returns_are_found_by_an_address_with_any_word_in_it(counter: Counter) -> None:
    billing = {
        "first_name": "Pia",
        "last_name": "Lo",
        "email": "payload+command@example.com",
        "country": "FR",
    }
    rma = counter.open(counter.order(billing=billing))
    call(counter, "PAYLOAD+command@example.com")
    assert rma.number in said(counter)


@pytest.mark.parametrize(
    "text",
    [
        "frobnicate",
        "%",
        "_",
        "' OR 1=1 --",
        "*",
        "newest",
        "x" * 3000,
        "<!channel>",
        "٣",
        "{number}",
        "\t",
        "RMA--",
        "period yesterday",
        '"pending"',
    ],
)
def test_a_word_that_is_none_is_answered_without_an_error(counter: Counter, text: str) -> None:
    counter.open()
    call(counter, text)
    if text.strip():
        assert "Nothing found" in said(counter)
    assert "<!channel>" not in said(counter)
    assert "Something went wrong" not in said(counter)


def test_without_a_word_the_open_returns_are_listed_newest_first(counter: Counter) -> None:
    first, second = counter.open(), counter.open()
    call(counter, "   ")
    assert said(counter).index(f"*{second.number}*") < said(counter).index(f"*{first.number}*")


@pytest.mark.parametrize("text", ["help", "HELP", " help me please "])
def test_help_names_every_word(counter: Counter, text: str) -> None:
    call(counter, text)
    assert all(f"/returns {word.name}" in said(counter) for word in WORDS)


def test_everybody_reads_the_answer_in_their_own_language(counter: Counter) -> None:
    call(counter, "frobnicate", CHLOE)
    assert "Nothing found" not in said(counter, CHLOE)


def test_only_the_one_who_asked_sees_the_answer(counter: Counter) -> None:
    rma = counter.open()
    before = len(counter.slack.messages(CHANNEL))
    call(counter, rma.number)
    assert len(counter.slack.messages(CHANNEL)) == before


def test_somebody_without_a_right_learns_nothing_about_customers(counter: Counter) -> None:
    rma = counter.open()
    for text in ("", rma.number, "marie@example.com", f"new {rma.order.id}", f"extend {rma.order.id} 9 why"):
        counter.slack.command(DAN, CHANNEL, "/returns", text)
        counter.work()
        assert "Marie" not in said(counter, DAN)
        assert rma.number not in said(counter, DAN)
    assert counter.slack.modal(DAN) is None


@pytest.mark.parametrize("channel", ["@bot", GENERAL])
def test_the_command_works_in_every_conversation(counter: Counter, channel: str) -> None:
    """In one where the bot is no member, what comes later comes as a direct message."""
    rma = counter.open()
    call(counter, rma.number, channel=channel)
    assert rma.number in said(counter)
    call(counter, f"extend {rma.order.id} 60 parcel lost once", channel=channel)
    assert f"deadline of order {rma.order.id} is" in said(counter)
    assert rma.case.extension is not None


def ends_on(counter: Counter, order: shops.Order) -> str:
    end = deadline(counter.desk, counter.desk.shop.read_order(order.id))
    assert end is not None
    return end.date().isoformat()


def today() -> datetime:
    return datetime.now(ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize("number", ["{order}", "#{order}"])
@pytest.mark.parametrize("until", ["100", "date"])
def test_a_deadline_is_moved_by_days_or_to_a_date_also_before_there_is_a_return(
    counter: Counter, number: str, until: str
) -> None:
    order, end = counter.order(), (today() + timedelta(days=100)).date().isoformat()
    text = (
        f"extend  {number.format(order=order.id)}   {end if until == 'date' else until}  “parcel lost once” "
    )
    call(counter, text)
    assert ends_on(counter, order) == end
    assert f"deadline of order {order.id} is" in said(counter)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "{order}",
        "{order} 15",
        "{order} 0 why",
        "{order} -5 why",
        "{order} 367 why",
        "{order} soon why",
        "{order} 2020-01-01 why",
        "{order} 2026-13-45 why",
        "{order} ١٥ why",
        "{order} 9999999999999 why",
        "15 days for {order}",
    ],
)
def test_an_extension_typed_badly_is_answered_and_moves_nothing(counter: Counter, rest: str) -> None:
    order = counter.order()
    usual = ends_on(counter, order)
    call(counter, f"extend {rest.format(order=order.id)}")
    assert ends_on(counter, order) == usual
    assert "deadline of order" not in said(counter)
    assert "Something went wrong" not in said(counter)


def test_an_extension_of_an_order_there_is_not_is_answered(counter: Counter) -> None:
    call(counter, "extend 987654 60 parcel lost once")
    assert "987654" in said(counter)
    assert "is now" not in said(counter)


def test_an_extension_that_would_shorten_is_answered(counter: Counter) -> None:
    order = counter.order()
    usual = ends_on(counter, order)
    call(counter, f"extend {order.id} 3 a mistake")
    assert "already" in said(counter)
    assert ends_on(counter, order) == usual


def test_an_extension_waits_for_a_shop_that_is_away(counter: Counter) -> None:
    order = counter.order()
    with the_shop_away(counter):
        call(counter, f"extend {order.id} 100 parcel lost once")
    counter.work(hours=1)
    assert f"deadline of order {order.id} is" in said(counter)


@contextmanager
def the_shop_away(counter: Counter) -> Iterator[None]:
    counter.faults.plan("shop", Fault.FORBIDDEN_BEFORE, times=1000)
    yield
    counter.faults.clear()


def form(counter: Counter) -> str:
    return str(counter.modal().blocks)


def test_a_return_is_opened_from_its_orders_number(counter: Counter) -> None:
    order = counter.order()
    call(counter, f"new #{order.id}")
    assert "Mug, white" in form(counter)
    result = counter.slack.submit(ALICE, values={"reason": "damaged", "note": "handle broken"})
    counter.work()
    assert result.errors == {}
    (case,) = found(counter.desk, str(order.id))
    assert case.source is Source.STAFF
    assert (case.items[0].quantity, case.items[0].note) == (1, "handle broken")
    assert f"{case.number} is open" in said(counter)


def test_the_form_pressed_twice_opens_one_return(counter: Counter) -> None:
    order = counter.order()
    call(counter, f"new {order.id}")
    with counter.held_back():
        payloads = [counter.slack.submit(ALICE, values={"reason": "damaged"}).payload for _ in range(2)]
    for payload in payloads:
        assert counter.send(payload).status_code == 200
    assert len(found(counter.desk, str(order.id))) == 1


@pytest.mark.parametrize("number", ["987654", "abc", "#", "0", "-1", "9" * 40, "<@U02BOB>", "../products"])
def test_an_order_there_is_not_is_said_in_the_form(counter: Counter, number: str) -> None:
    call(counter, f"new {number}")
    assert counter.modal().callback_id == "notice"
    assert "from the shop…" not in form(counter)
    assert {block["text"]["type"] for block in counter.modal().blocks} == {"plain_text"}


def test_without_an_order_the_command_says_how(counter: Counter) -> None:
    call(counter, "new")
    assert "/returns new 5567" in said(counter)


def test_a_shop_that_is_away_is_said_in_the_form(counter: Counter) -> None:
    order = counter.order()
    with the_shop_away(counter):
        call(counter, f"new {order.id}")
    assert "does not answer" in form(counter)


def test_an_order_with_nothing_left_is_said_in_the_form(counter: Counter) -> None:
    rma: Rma = counter.open()
    call(counter, f"new {rma.order.id}")
    assert f"Nothing of order {rma.order.id} can still be returned" in form(counter)


def test_a_late_order_wants_a_reason_and_then_is_taken(counter: Counter) -> None:
    order = counter.order(created=EARLIER)
    call(counter, f"new {order.id}")
    assert "The window ended on" in form(counter)
    refused = counter.slack.submit(ALICE, values={"reason": "damaged", "late_reason": "  "})
    assert set(refused.errors) == {"late_reason"}
    assert found(counter.desk, str(order.id)) == ()
    assert counter.slack.submit(ALICE, values={"late_reason": "was in hospital"}).errors == {}
    (case,) = found(counter.desk, str(order.id))
    assert case.late_reason == "was in hospital"


def test_units_that_went_meanwhile_are_said_in_the_form(counter: Counter) -> None:
    order = counter.order()
    call(counter, f"new {order.id}")
    counter.open(order)
    refused = counter.slack.submit(ALICE, values={"reason": "damaged"})
    assert "0 can still be returned" in str(refused.errors)
    assert len(found(counter.desk, str(order.id))) == 1


@pytest.mark.parametrize("value", ["3", "-1", "x", "²", "1.5", "9" * 40, "0", ""])
def test_units_that_were_never_offered_open_nothing(counter: Counter, value: str) -> None:
    order = counter.order()
    call(counter, f"new {order.id}")
    with counter.held_back():
        payload = counter.slack.submit(ALICE, values={"reason": "damaged"}).payload
    values = payload["view"]["state"]["values"]
    name = next(block for block in values if block.startswith("units:"))
    next(iter(values[name].values()))["selected_option"]["value"] = value
    assert counter.send(payload).json()["response_action"] == "errors"
    assert found(counter.desk, str(order.id)) == ()


def test_a_role_that_ended_while_the_form_stood_open_opens_nothing(counter: Counter) -> None:
    order = counter.order()
    call(counter, f"new {order.id}")
    with counter.held_back():
        payload = counter.slack.submit(ALICE, values={"reason": "damaged"}).payload
    payload["user"] = {**payload["user"], "id": DAN}
    assert counter.send(payload).json()["response_action"] == "errors"
    assert found(counter.desk, str(order.id)) == ()


def test_a_settled_return_is_still_found(counter: Counter) -> None:
    rma = counter.open()
    alice = find_operator(counter.desk, ALICE)
    decisions.reject(counter.desk, rma.return_id, alice, rma.case.version, "worn")
    call(counter, rma.number)
    assert "Rejected" in said(counter)
