"""Looks of the conversation: lines in the thread, a whole message, the box while somebody writes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from blocks.talk import whole_message
from blocks.talk_box import Draft, message_box
from blocks.thread import thread_message
from bot.i18n import Words
from bot.rules.canned import canned_text
from bot.rules.case import ReturnCase
from bot.rules.talk import ChosenFile, TalkLine, TalkView
from store.terms import Author
from tests.blocks.cards import CARDS
from tests.make import NOON

Look = Callable[[Words], dict[str, Any]]

QUESTION = TalkLine(7, Author.CUSTOMER, "Where is my money?", NOON - timedelta(hours=2))
ANSWER = TalkLine(8, Author.STAFF, "It is on its way.", NOON - timedelta(hours=1), (), NOON)
NOTE = TalkLine(9, Author.DESK, "We have refunded 66.00 EUR.", NOON - timedelta(minutes=50))
PICTURES = TalkLine(10, Author.CUSTOMER, "", NOON - timedelta(minutes=2), ("a", "b"))
LONG = TalkLine(11, Author.CUSTOMER, "It began on a Monday.\n" * 180, NOON - timedelta(minutes=1))
SAID = TalkView((QUESTION, ANSWER, NOTE, PICTURES))
MANY = TalkView((QUESTION, ANSWER, NOTE, PICTURES, LONG, ANSWER), has_older=True)
WAITING = replace(CARDS["received"], unanswered_since=NOON - timedelta(hours=2))
CHOSEN = (ChosenFile("F01", "dent <left>.jpg"), ChosenFile("F02", "b*old*.png"))
FRENCH = replace(WAITING, language="fr")


def said(case: ReturnCase, *lines: TalkLine) -> Look:
    """The line in the thread for what the customer wrote."""
    return lambda words: thread_message("customer_said", {"lines": lines}, case, words)


def box(case: ReturnCase, talk: TalkView, draft: Draft) -> Look:
    return lambda words: message_box(case, talk, draft, words)


def ready(words: Words) -> dict[str, Any]:
    """A ready answer was chosen for somebody who reads French."""
    text = canned_text("here", FRENCH, Words("fr"))
    return message_box(FRENCH, SAID, Draft(text, text, draw=1), words)


LOOKS: Mapping[str, Look] = {
    "said": said(WAITING, QUESTION),
    "said_french": said(FRENCH, QUESTION),
    "said_at_once": said(WAITING, QUESTION, PICTURES, LONG),
    "whole": lambda words: whole_message(LONG, WAITING, words),
    "whole_ours": lambda words: whole_message(ANSWER, WAITING, words),
    "box_first": box(CARDS["received"], TalkView(), Draft()),
    "box_unanswered": box(WAITING, SAID, Draft()),
    "box_long": box(WAITING, MANY, Draft("Hello", "Hello")),
    "box_night": box(CARDS["settled"], SAID, Draft("Hello", "Hello", morning=NOON, later=True)),
    "box_ready": ready,
    "box_photos": box(WAITING, SAID, Draft("Hello", "Hello", room=5, photos=CHOSEN)),
}
