"""The digest in Slack: posted once in the channel, or shown to one person who asks for it now."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_sdk import WebClient

from blocks.digest import digest
from bot.desk import Desk
from bot.desk.access import find_operator
from bot.desk.digest import is_past, load_worklist
from bot.i18n import Words
from bot.operations import Task
from bot.rules.worklist import Fact, Worklist
from handlers.slack.addresses import address_of
from handlers.slack.notices import found_before, post
from handlers.slack.posts import answer_in
from store.db import reading
from store.models import Difference

METADATA = "returns_desk_digest"
SHOW = "slack.show_digest"


def post_digest(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.digest``: post what waits now. A day on which nothing does is over without a word.

    So is one that passed while nothing could be posted. What an earlier try may have posted is looked for.
    """
    if is_past(desk, task):
        return {"past": True}
    if found := found_before(desk, client, task, METADATA):
        return {"ts": found}
    worklist = load_worklist(desk)
    if worklist.is_empty:
        return {"empty": True}
    message = digest(led_to_messages(desk, client, worklist), desk.words)
    task.guard()  # one who slept since may have been replaced by another who posted it
    return {"ts": post(desk, client, task, METADATA, message)}


def show_digest(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.show_digest``: what waits now, for the person who asked, in their language."""
    by = find_operator(desk, task.payload["user"])
    words = Words(by.language, desk.settings.timezone)
    worklist = led_to_messages(desk, client, load_worklist(desk))
    answer_in(client, task.payload["channel"], by.user_id, digest(worklist, words))
    return {"user": by.user_id}


def led_to_messages(desk: Desk, client: WebClient, worklist: Worklist) -> Worklist:
    """The same, with each difference of the books leading to its own message in the channel."""
    sections = (
        replace(one, lines=tuple(_led(desk, client, fact) for fact in one.lines)) for one in worklist.sections
    )
    return replace(worklist, sections=tuple(sections))


def _led(desk: Desk, client: WebClient, fact: Fact) -> Fact:
    """A convenience: where Slack does not tell the address, the line leads to the return's card."""
    if fact.difference is None:
        return fact
    with reading(desk.engine) as session:
        row = session.get_one(Difference, fact.difference.difference_id)
    if not row.ts:
        return fact
    return replace(fact, address=address_of(desk, client, row.channel, row.ts) or fact.address)
