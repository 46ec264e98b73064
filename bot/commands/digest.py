"""The digest by hand: printed, or posted for the day through the journal, so that nothing posts it again."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from slack_sdk import WebClient

from blocks.digest import digest
from bot.commands.console import give_up
from bot.commands.database import a_desk
from bot.config import Settings
from bot.desk import Desk
from bot.desk.digest import DIGEST, digest_operation, load_worklist
from bot.journal import Journal
from bot.rules.policy import day_of
from handlers.slack.calls import open_client
from handlers.work import performers
from store import reconciliation, worklist
from store.db import reading, writing
from store.terms import OperationState

LINK = re.compile(r"<[^|>]*\|([^>]*)>")
MARKS = re.compile(r"[*_`]|:[a-z_]+: ")
APART = "\u2060"


def print_now(settings: Settings) -> None:
    """Print what would be posted now; nothing is written and nobody is asked."""
    console = Console(soft_wrap=True)
    with a_desk(settings) as desk:
        for text in as_text(digest(load_worklist(desk), desk.words)):
            console.print(escape(text), highlight=False)


def post_now(settings: Settings) -> None:
    """Post today's digest, and say what became of it. Ends with exit code 2 where it could not be posted."""
    with a_desk(settings) as desk:
        said = post(desk, open_client(settings))
    if not said:
        give_up(["Slack did not take it; the worker goes on trying until midnight."])
    Console(soft_wrap=True).print(escape(said), highlight=False)


def post(desk: Desk, client: WebClient) -> str:
    """What became of today's digest, in a sentence; empty where it still has to be posted."""
    today = day_of(desk.now(), desk.settings.timezone)
    operation = digest_operation(desk, today, desk.now())
    with writing(desk.engine) as session:
        is_first = reconciliation.plan_once(session, operation)
    own = {kind: one for kind, one in performers(desk, client).items() if kind == DIGEST}
    Journal(desk.engine, desk.clock, own).run_all()
    return _said(desk, operation.key, is_first=is_first)


def _said(desk: Desk, key: str, *, is_first: bool) -> str:
    with reading(desk.engine) as session:
        row = worklist.planned(session, key)
    if row is None or row.state is not OperationState.DONE:
        return ""
    if row.evidence.get("empty"):
        return "Nothing waits and nothing happened: nothing was posted."
    return "Posted." if is_first else "Today's digest was posted already."


def as_text(message: Mapping[str, Any]) -> Iterator[str]:
    """The message without what only Slack draws, a line each."""
    for block in message["blocks"]:
        if block["type"] == "actions":
            continue
        parts = [block["text"]] if "text" in block else block.get("elements", [])
        for part in parts:
            plain = MARKS.sub("", LINK.sub(r"\1", part["text"])).replace(APART, "")
            yield from html.unescape(plain).split("\n")
        yield ""
