"""The answer to a gesture the database did not take: said where the person looks, without the database.

Slack waits three seconds for an answer and then shows an error of its own, so nobody here waits that long.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import BoltContext, BoltResponse

from blocks.forms import notice
from blocks.unsaved import unsaved_text, with_banner, with_command
from bot.desk import Desk
from bot.desk.access import find_operator
from bot.errors import GatewayError
from bot.i18n import Words
from handlers.slack.calls import called
from store.db import AWAY, CommitUnknown, in_a_hurry

log = logging.getLogger(__name__)

PATIENCE = 1.5  # seconds from the arrival of a gesture for all its waiting; half of what Slack gives
ARRIVED = "arrived"  # where the context of a request keeps its arrival, on the monotonic clock


def hurried(desk: Desk, context: BoltContext) -> Desk:
    """The desk for the time between a gesture and its acknowledgement."""
    arrived = context.setdefault(ARRIVED, time.monotonic())
    return replace(desk, engine=in_a_hurry(desk.engine, arrived + PATIENCE))


def answer_unsaved(
    desk: Desk, context: BoltContext, body: Mapping[str, Any], error: Exception
) -> BoltResponse:
    """The answer to Slack; what an answer cannot say is said beside it, in another thread."""
    log.error("a gesture was not saved: %s", error)
    if "event" in body:
        return BoltResponse(status=503, body="")  # Slack brings it again
    words = _words(desk, context)
    text = unsaved_text(words, perhaps=isinstance(error, CommitUnknown))
    if body.get("command"):
        said = with_command(text, str(body.get("text") or ""))
        return context.ack(text=said, response_type="ephemeral")
    if body.get("type") == "view_submission":
        return context.ack(**_in_form(body["view"], text))
    if body.get("type") == "block_actions":
        tell = _beside(desk, context, body, text, words)
        context.listener_runner.listener_executor.submit(_attempt, tell)
    return context.ack()


def last_input(view: Mapping[str, Any]) -> str:
    """The last input of a modal, where an error stands that is about none of them; empty without inputs."""
    inputs = [str(block["block_id"]) for block in view.get("blocks", ()) if block.get("type") == "input"]
    return inputs[-1] if inputs else ""


def _in_form(view: Mapping[str, Any], text: str) -> dict[str, Any]:
    block = last_input(view)
    if block:
        return {"response_action": "errors", "errors": {block: text}}
    return {"response_action": "update", "view": with_banner(view, text)}


def _beside(
    desk: Desk, context: BoltContext, body: Mapping[str, Any], text: str, words: Words
) -> Callable[[], object]:
    """How to say it to somebody who pressed a button: in the modal it is in, else beside the card."""
    client, view = context.client, body.get("view") or {}
    if view.get("type") == "modal":
        shown = with_banner(view, text)
        return lambda: called(client.views_update, view_id=view["id"], view=shown)
    if view:
        shown = notice(words("Not saved"), text, words)
        return lambda: called(client.views_open, trigger_id=body["trigger_id"], view=shown)
    channel = str((body.get("channel") or {}).get("id") or desk.settings.slack_channel)
    user = context.user_id or ""
    return lambda: called(client.chat_postEphemeral, channel=channel, user=user, text=text)


def _attempt(tell: Callable[[], object]) -> None:
    try:
        tell()
    except GatewayError as e:
        log.error("nor could it be said: %s", e.detail)


def _words(desk: Desk, context: BoltContext) -> Words:
    """The person's language, or the channel's where the database cannot be read either."""
    language = desk.settings.language
    try:
        operator = context.get("operator") or find_operator(desk, context.user_id or "")
        language = operator.language
    except AWAY:
        log.info("the database cannot be read either")
    return Words(language, desk.settings.timezone)
