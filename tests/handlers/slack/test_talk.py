"""Talking with customers from Slack: what they write arrives, what is written in the box goes out."""

import html
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.desk.conversation import customer_says, talk_of
from bot.sandbox.slack import Message
from bot.sandbox.slack.posting import remove
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, DAN, GENERAL
from store.db import open_engine, writing
from store.models import Message as Row
from store.terms import Author
from tests.blocks.hostile import TEXTS
from tests.conftest import SqliteFiles
from tests.counter import Counter, Rma, a_counter

LINK = re.compile(r"(/returns/l/)\S+")
SECRET = "the margin on this one is terrible"


def says(counter: Counter, rma: Rma, *texts: str) -> None:
    """The customer writes, each time with another form."""
    for text in texts:
        customer_says(counter.desk, rma.return_id, text, f"form-{next(counter.count)}")


def thread(counter: Counter, rma: Rma) -> list[Message]:
    return [one for one in counter.slack.thread(rma.card) if one.user == counter.slack.core.bot_user]


def quotes(blocks: Any) -> list[str]:
    """What stands in quotes, where Slack parses nothing."""
    rich = [block for block in blocks if block["type"] == "rich_text"]
    return [quote["elements"][0]["text"] for block in rich for quote in block["elements"]]


def quoted(messages: list[Message]) -> list[str]:
    return [text for message in messages for text in quotes(message.all_blocks)]


def mails(counter: Counter, rma: Rma) -> list[str]:
    """What the customer was sent, the secrets of links left out."""
    sent = [html.unescape(mail.text) for mail in counter.shop.outbox if mail.order_id == rma.order.id]
    every = [LINK.sub(r"\1••••••••", text) for text in sent]
    return [text for text in every if not text.startswith("Thank you for your order")]


def opened(counter: Counter, rma: Rma) -> None:
    assert counter.slack.click(ALICE, rma.card, "message").acked


def preview(counter: Counter, beginning: str) -> str:
    """What the box says the customer will read, once it begins so."""

    def look() -> str:
        blocks = counter.modal().blocks
        marks = [n for n, block in enumerate(blocks) if "The customer will read" in str(block)]
        said = "".join(quotes(blocks[marks[0] :])) if marks else ""
        return said if said.startswith(beginning) else ""

    return str(counter.slack.wait_for(look))


def test_what_a_customer_writes_arrives_in_the_thread_and_on_the_card(counter: Counter) -> None:
    rma = counter.open()
    says(counter, rma, "Where is my <money>?")
    counter.work()
    (line,) = thread(counter, rma)
    assert "Marie Dupont wrote" in line.text
    assert quotes(line.all_blocks) == ["Where is my <money>?"]
    assert "The customer waits for an answer" in str(rma.card.all_blocks)
    listed = counter.slack.command(ALICE, CHANNEL, "/returns")
    assert listed.acked
    assert "needs an answer" in str(counter.slack.ephemerals(ALICE)[-1].all_blocks)


def test_an_answer_from_the_thread_goes_out_as_it_was_shown_and_ends_the_waiting(counter: Counter) -> None:
    rma = counter.open()
    says(counter, rma, "Where is it?")
    counter.work()
    assert counter.slack.click(BOB, thread(counter, rma)[0], "message").acked
    counter.slack.close_modal(BOB)
    assert talk_of(counter.desk, rma.return_id).lines[0].seen_at is not None
    opened(counter, rma)
    assert "Where is it?" in str(counter.modal().blocks)
    counter.slack.type_text(ALICE, counter.modal(), "text", "On its way & <b>soon</b> there.")
    shown = preview(counter, "On its way & <b>soon</b> there.")
    counter.slack.submit(ALICE)
    counter.work()
    assert mails(counter, rma)[-1] == shown
    assert rma.case.unanswered_since is None
    assert "waits for an answer" not in str(rma.card.all_blocks)


def test_a_ready_answer_comes_in_the_customers_language_and_can_be_changed(counter: Counter) -> None:
    rma = counter.open(language="fr", arrived=True)
    opened(counter, rma)
    assert "The customer reads French." in str(counter.modal().blocks)
    counter.slack.choose(ALICE, counter.modal(), "canned", "here")
    assert preview(counter, f"Bonjour Marie Dupont, votre retour {rma.number}")
    counter.slack.type_text(ALICE, counter.modal(), "text:1", "Bonjour, tout va bien.")
    assert preview(counter, "Bonjour, tout va bien.")
    counter.slack.choose(ALICE, counter.modal(), "canned", "thanks")
    expected = preview(counter, "Bonjour Marie Dupont, merci")
    counter.slack.submit(ALICE)
    counter.work()
    assert mails(counter, rma)[-1] == expected


def test_the_preview_follows_whoever_types_quickly(counter: Counter) -> None:
    """The second letter is told before the box was drawn for the first: both name the same drawing."""
    rma = counter.open()
    opened(counter, rma)
    with counter.held_back():
        first = counter.slack.type_text(ALICE, counter.modal(), "text", "H").payload
        second = counter.slack.type_text(ALICE, counter.modal(), "text", "Hi").payload
    assert first["view"]["hash"] == second["view"]["hash"]
    for payload in (first, second):
        counter.send(payload)
        preview(counter, payload["actions"][0]["value"])
    assert preview(counter, "Hi")
    counter.slack.close_modal(ALICE)


def test_nobody_has_to_answer_a_thank_you(counter: Counter) -> None:
    rma = counter.open()
    says(counter, rma, "Thank you!")
    counter.work()
    before = mails(counter, rma)
    assert counter.slack.click(ALICE, thread(counter, rma)[0], "no_answer").acked
    counter.work()
    assert rma.case.unanswered_since is None
    counter.slack.click(BOB, thread(counter, rma)[0], "no_answer")
    counter.work()
    assert "Nobody waits for an answer here" in counter.told(BOB)[-1]
    assert mails(counter, rma) == before


def test_the_box_too_says_that_no_answer_is_needed(counter: Counter) -> None:
    rma = counter.open()
    says(counter, rma, "Thank you!")
    opened(counter, rma)
    counter.slack.click(ALICE, counter.modal(), "no_answer")
    assert rma.case.unanswered_since is None
    assert "no_answer" not in str(counter.modal().blocks)
    counter.slack.close_modal(ALICE)


def everything_outside(counter: Counter, rma: Rma) -> tuple[Any, ...]:
    """What could have reached the customer: mails, notes, the conversation, and effects that are to come."""
    notes = [note.id for note in counter.shop.state.notes.values()]
    rows = counter.everything()
    return mails(counter, rma), notes, rows["messages"], rows["operations"], rows["history"]


def test_what_the_team_says_in_a_thread_stays_there(counter: Counter) -> None:
    """Twenty replies, edits and deletions, also where the workspace sends them to the desk all the same."""
    rma = counter.open()
    says(counter, rma, "Hello?")
    counter.work()
    before = everything_outside(counter, rma)
    for number in range(20):
        counter.slack.say(ALICE, CHANNEL, f"{SECRET}, no. {number}", thread_ts=rma.card.ts)
        said = counter.slack.thread(rma.card)[-1]
        _told_anyway(counter, said, number)
        counter.slack.edit(said, f"{SECRET}, better")
        if number % 2:
            counter.slack.delete(said)
    counter.work()
    assert everything_outside(counter, rma) == before
    assert SECRET not in json.dumps(counter.everything(), default=str)
    opened(counter, rma)
    assert SECRET not in str(counter.modal().blocks)
    counter.slack.close_modal(ALICE)


def _told_anyway(counter: Counter, said: Message, number: int) -> None:
    """Slack delivers events nobody asked for when somebody adds them to the app by hand."""
    event = {"type": "message", "channel": CHANNEL, "user": ALICE, "text": "x", "ts": said.ts}
    body = {"type": "event_callback", "event_id": f"Ev{said.ts}{number}", "event": event, "team_id": "T01"}
    assert counter.send(body, "events").status_code in (200, 404)


def test_the_shortcut_opens_the_box_of_the_return_without_the_words_of_the_message(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.say(BOB, CHANNEL, SECRET, thread_ts=rma.card.ts)
    for message in (counter.slack.thread(rma.card)[-1], rma.card):
        counter.slack.message_shortcut(ALICE, message, "answer_customer")
        assert counter.modal().callback_id == "message"
        assert counter.modal().body["private_metadata"].startswith(f"{rma.return_id}:")
        assert SECRET not in str(counter.modal().blocks)
        counter.slack.submit(ALICE, values={"text": "Hello"})
    counter.work()
    assert len(mails(counter, rma)) == 2


def test_the_shortcut_elsewhere_and_in_other_hands_opens_nothing(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.say(ALICE, GENERAL, "Lunch?")
    counter.slack.message_shortcut(ALICE, counter.slack.messages(GENERAL)[-1], "answer_customer")
    counter.work()
    assert "belongs to no return" in counter.told(ALICE)[-1]
    assert counter.slack.modal(ALICE) is None
    for _ in range(2):  # a stranger to the desk is looked up first
        counter.slack.message_shortcut(DAN, rma.card, "answer_customer")
        counter.work()
    assert "Guests" in counter.told(DAN)[-1]
    assert counter.slack.modal(DAN) is None


def test_a_long_message_is_cut_and_can_be_read_whole_by_the_team(counter: Counter) -> None:
    rma, other = counter.open(), counter.open()
    story = " ".join(f"word{number}" for number in range(450))
    says(counter, rma, story)
    counter.work()
    (line,) = thread(counter, rma)
    assert len(quotes(line.all_blocks)[0]) < 800
    counter.slack.click(ALICE, line, "read_all")
    assert "".join(quotes(counter.modal().blocks)) == story
    counter.slack.close_modal(ALICE)
    with counter.held_back():
        payload = counter.slack.click(ALICE, line, "read_all").payload
    message_id = talk_of(counter.desk, rma.return_id).newest
    payload["actions"][0]["value"] = f"{other.return_id}:{message_id}"
    assert counter.send(payload).status_code == 200
    assert counter.slack.modal(ALICE) is None
    counter.slack.click(DAN, line, "read_all")
    assert counter.slack.modal(DAN) is None


def test_a_burst_is_a_few_lines_and_nothing_of_it_is_lost(counter: Counter) -> None:
    rma = counter.open()
    texts = [f"message no. {number}" for number in range(20)]
    for number, text in enumerate(texts):
        says(counter, rma, text)
        if number % 5 == 0:
            counter.work(seconds=1)
    for _ in range(4):
        counter.work(minutes=2)
    assert quoted(thread(counter, rma)) == texts
    assert len(thread(counter, rma)) <= 4


def test_whatever_customers_write_reaches_slack_as_it_is_and_does_nothing_there(counter: Counter) -> None:
    rma = counter.open()
    corpus = {name: text for name, text in TEXTS.items() if text.strip() and len(text) < 600}
    says(counter, rma, *corpus.values())
    for _ in range(3):
        counter.work(minutes=2)
    shown, kept = quoted(thread(counter, rma)), [line.text for line in _talk(counter, rma)]
    assert kept == [text.replace("\0", "").strip("\n") for text in corpus.values()]
    assert len(shown) == len(corpus)
    assert corpus["broadcast"] in shown
    assert corpus["link"] in shown
    for line in thread(counter, rma):
        assert not re.search(r"<[!@#]|<https?:", re.sub(r"<!date\^[^>]*>", "", _parsed(line)))


def _talk(counter: Counter, rma: Rma) -> Any:
    return talk_of(counter.desk, rma.return_id).lines


def _parsed(message: Message) -> str:
    """Everything in which Slack looks for marks."""
    contexts = [block["elements"] for block in message.all_blocks if block["type"] == "context"]
    return message.text + json.dumps(contexts)


def test_while_the_channel_is_archived_messages_wait_and_then_come_in_order(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.archive(CHANNEL)
    says(counter, rma, "one")
    counter.work(minutes=5)
    says(counter, rma, "two")
    counter.work(minutes=5)
    says(counter, rma, "three")
    counter.slack.archive(CHANNEL, archived=False)
    for _ in range(4):
        counter.work(minutes=10)
    assert quoted(thread(counter, rma)) == ["one", "two", "three"]


def test_a_message_below_a_card_that_is_gone_comes_below_the_new_one(counter: Counter) -> None:
    rma = counter.open()
    remove(counter.slack.core, rma.card)
    says(counter, rma, "Hello?")
    for _ in range(3):
        counter.work(minutes=2)
    assert quoted(thread(counter, rma)) == ["Hello?"]


def test_a_box_over_five_hundred_messages_shows_the_last_ones(counter: Counter) -> None:
    rma = counter.open()
    with writing(counter.desk.engine) as session:
        for number in range(500):
            row = Row(
                return_id=rma.return_id,
                author=Author.CUSTOMER,
                body=f"no. {number}",
                written_at=counter.desk.now(),
            )
            session.add(row)
    opened(counter, rma)
    assert quotes(counter.modal().blocks) == [f"no. {number}" for number in range(494, 500)]
    assert "Older messages" in str(counter.modal().blocks)
    counter.slack.close_modal(ALICE)


def test_a_garbled_box_is_redrawn_for_nobody_and_says_nothing_loud(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    rma = counter.open()
    opened(counter, rma)
    with counter.held_back():
        payload = counter.slack.type_text(ALICE, counter.modal(), "text", "Hello").payload
    states: list[Any] = [{}, {"values": {}}, {"values": {"text": {}, "text:x": {}, "text:": None}}, None]
    for state in states:
        payload["view"]["state"] = state
        payload["trigger_id"] += "x"
        assert counter.send(payload).status_code == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    counter.slack.close_modal(ALICE)


def test_at_night_a_person_writes_at_once_or_in_the_morning(databases: Callable[[str], SqliteFiles]) -> None:
    now = datetime.now(ZoneInfo("Europe/Paris"))
    begin, end = (now - timedelta(hours=2)).time(), (now + timedelta(hours=2)).time()
    engine = open_engine(databases("sqlite").migrated())
    with a_counter(engine, quiet_hours=f"{begin:%H:%M}-{end:%H:%M}", timezone="Europe/Paris") as counter:
        rma = counter.open()
        opened(counter, rma)
        counter.slack.submit(ALICE, values={"text": "now"})
        opened(counter, rma)
        counter.slack.submit(ALICE, values={"text": "later", "later": ["later"]})
        counter.work()
        assert [text.partition("\n")[0] for text in mails(counter, rma)] == ["now"]
        counter.work(hours=3)
        assert [text.partition("\n")[0] for text in mails(counter, rma)] == ["now", "later"]
    engine.dispose()
