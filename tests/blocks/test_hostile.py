"""Whatever customers, shops and colleagues write: nothing raises, nothing acts, Slack takes it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from blocks import forms
from blocks.card import return_card
from blocks.exchange_bill import exchange_bill
from blocks.exchange_form import Article, article_option, cancel_exchange, exchange_form
from blocks.home import home, search_form
from blocks.kit import View, inert, sentence
from blocks.lists import list_message, shared_message, shown_return
from blocks.refund_box_state import read_confirmed
from blocks.talk import whole_message
from blocks.talk_box import Draft, message_box
from blocks.thread import thread_message
from blocks.timeline import timeline
from bot.customer import customer_text
from bot.i18n import LANGUAGES, Words
from bot.rules import views
from bot.rules.case import HistoryEntry, ReturnCase
from bot.rules.talk import TalkLine, TalkView
from bot.sandbox.slack.limits import characters, message_problems, view_problems
from store.terms import Author, Method
from tests.blocks.cards import CARDS, refused, thirty
from tests.blocks.exchanges import EXCHANGES, OFFERS
from tests.blocks.hostile import TEXTS, poison
from tests.blocks.listing import a_home, a_page
from tests.blocks.looks import EVENTS, a_box, a_confirmation
from tests.make import ALICE, NOON, money

COMFORTABLE = 10_000
OURS = re.compile(
    r"<@(U01ALICE|U02BOB)>|<https://shop\.example/[^|>]*\|[^>]*>"
    r"|<!date\^\d+\^(\{date_short_pretty\} )?\{time\}\|[\w :.’\u00a0-]*>"
)
CODE = re.compile("(?<!\u2060)`[^`]*`")  # a reference to copy, as we set it
HIDING = re.compile("[\u202a-\u202e\u2066-\u2069\0\x07\x1b]")


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "Europe/Paris")


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    return TEXTS[request.param]


def marked_up(value: Any) -> Iterator[str]:
    """Every text in which Slack looks for marks: mrkdwn objects and the texts of messages."""
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", None) and isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from marked_up(part)
    elif isinstance(value, list):
        for part in value:
            yield from marked_up(part)


def shown(value: Any) -> Iterator[str]:
    """Every text a person sees, also where nothing is parsed."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from shown(part)
    elif isinstance(value, list):
        for part in value:
            yield from shown(part)


def judge(look: dict[str, Any]) -> None:
    """Slack takes it, nothing in it acts, and nothing in it hides."""
    is_view = look.get("type") in ("modal", "home")
    assert (view_problems if is_view else message_problems)(look) == []
    for said in marked_up(look):
        assert re.findall("<", OURS.sub("", said)) == []
        assert re.findall(r"(?<!\u2060)~|```", CODE.sub("", said)) == []
        assert not re.search("&(?!amp;|lt;|gt;)", said)
    assert [said for said in shown(look) if HIDING.search(said)] == []
    json.dumps(look).encode()
    if not is_view:
        assert characters(look) < COMFORTABLE


def test_every_card_is_inert(text: str, words: Words) -> None:
    for case in CARDS.values():
        judge(return_card(poison(case, text), words))


@pytest.mark.parametrize("name", ["received", "received_mixed", "received_no_gateway", "received_unpaid"])
def test_the_refund_box_is_inert(name: str, text: str, words: Words) -> None:
    judge(a_box(poison(CARDS[name], text), words, reference=text, charge_anyway=text))


def test_the_box_of_many_lines_is_inert(text: str, words: Words) -> None:
    judge(a_box(poison(thirty(), text), words))


def test_the_confirmation_carries_what_was_typed_and_is_inert(text: str, words: Words) -> None:
    case = poison(thirty(), text)
    view = a_confirmation(case, words, reference=text, charge_anyway=text)
    judge(view)
    choice, _ = read_confirmed(view)
    assert text.startswith(choice.charge_anyway)
    assert text.startswith(choice.reference)


def small_modals(case: ReturnCase, words: Words, text: str) -> Iterator[View]:
    """All of them."""
    yield from (form(case, words) for form in (forms.more, forms.reject, forms.ask, forms.answered))
    yield from (form(case, words) for form in (forms.extend, forms.cancel, forms.reopen))
    yield from (form(case, words) for form in (forms.hand_over, forms.was_refunded, forms.receive))
    yield forms.approve(case, customer_text("approved", case, words), words)
    yield forms.approve(case, customer_text("rejected", case, words, reason=text), words)
    yield forms.new_return(case.order, {1: 2}, words, ended=None)
    yield forms.new_return(case.order, {}, words, ended=None)
    yield forms.loading(text, words)
    yield forms.notice("New return", text, words)


def test_the_small_modals_are_inert(text: str, words: Words) -> None:
    for view in small_modals(poison(CARDS["received_mixed"], text), words, text):
        judge(view)


def test_the_modals_of_an_exchange_are_inert(text: str, words: Words) -> None:
    wished = poison(EXCHANGES["exchange_wished"], text)
    for case in (wished, poison(EXCHANGES["exchange_cheaper"], text)):
        judge(exchange_form(case, words))
        judge(cancel_exchange(case, words))
        for offered in OFFERS.values():
            judge(exchange_bill(case, poison(offered, text), words, key="desk.exchange_prices/7"))
    article = Article(310, 311, text, text, money("96.00"), 7)
    option = article_option(article, words)
    assert 0 < len(option["text"]["text"]) <= 75
    assert HIDING.search(option["text"]["text"]) is None


def test_lists_are_inert(text: str, words: Words) -> None:
    case = poison(CARDS["received_mixed"], text)
    page, kept = a_page([case], 30, older="o1.2"), (views.View(text[:40] or "x", text[:200]),)
    judge(shown_return(case, "https://shop.example/card", words))
    judge(list_message(page, text[:200], words, NOON, ""))
    judge(shared_message(page, text[:200], "U01ALICE", words, NOON))
    judge(list_message(a_page([]), text[:200], words, NOON))
    judge(home(a_home(text[:200], page, kept), words, now=NOON))
    judge(search_form(text[:200], kept, words))


def test_the_timeline_is_inert(text: str, words: Words) -> None:
    free = ("to", "reason", "text", "tracking", "proof", "note")
    events = [
        HistoryEntry(NOON, verb, ALICE, {n: text if n in free else v for n, v in values.items()})
        for verb, values in EVENTS
    ]
    judge(timeline(poison(CARDS["settled"], text), events, words))


@pytest.mark.parametrize("kind", ["asked", "written", "handed_over", "refused", "needs_person"])
def test_lines_in_the_thread_are_inert(kind: str, text: str, words: Words) -> None:
    values = {"resolution": 1, "by": "U01ALICE", "to": "U02BOB", "text": text, "note": text}
    case = poison(CARDS["refused" if kind == "refused" else "needs_person"], text)
    judge(thread_message(kind, values, case, words))


def test_marks_in_text_are_held_apart_so_that_they_mark_nothing(text: str) -> None:
    assert not re.search(r"(?<!\u2060)[*_~`]|[*_~`](?!\u2060)", inert(text))
    assert "\n" not in inert(text)


def test_a_sentence_that_is_none_of_ours_is_shown_as_it_is(text: str, words: Words) -> None:
    case = refused(Method.GATEWAY_REFUND, f"{text[:80]} {{left}}", amount=text)
    judge(return_card(case, words))
    judge(thread_message("refused", {"resolution": 1}, case, words))


def test_words_of_the_trade_in_a_sentence_are_the_languages_own(words: Words) -> None:
    said = sentence(words, "It was a {method}.", {"method": Method.GATEWAY_REFUND})
    assert said == f"It was a {words.term(Method.GATEWAY_REFUND)}."


def test_what_customers_write_is_inert(text: str, words: Words) -> None:
    case = poison(CARDS["received"], text)
    lines = tuple(TalkLine(number, Author.CUSTOMER, text[:4000], NOON, ("x",)) for number in range(10))
    judge(thread_message("customer_said", {"lines": lines}, case, words))
    judge(whole_message(lines[0], case, words))
    judge(message_box(case, TalkView(lines, has_older=True), Draft(text, text, 3), words))
