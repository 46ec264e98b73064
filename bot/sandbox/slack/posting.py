"""Putting messages into conversations, changing and removing them; who may do so is for callers to decide."""

import copy
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import limits
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.errors import ApiError, described
from bot.sandbox.slack.inputs import carried, name_parts
from bot.sandbox.slack.messages import Message, message_json, stored_attachments


@dataclass(frozen=True)
class Author:
    """Who writes: a person, or a bot user with its bot and app."""

    user: str
    bot_id: str = ""
    app_id: str = ""


def app_author(core: Core) -> Author:
    """The app itself."""
    return Author(core.bot_user, core.bot_id, core.app_id)


def refuse_bad_message(core: Core, body: dict[str, Any], *, update: bool = False) -> None:
    """Raise what chat.postMessage (or, with ``update``, chat.update) would answer to a bad message."""
    text, blocks, attachments = str(body.get("text") or ""), body.get("blocks"), body.get("attachments")
    if not (text or blocks or attachments):
        raise ApiError("no_text")
    if update and len(text) > limits.UPDATE_CHARACTERS:
        raise ApiError("msg_too_long")
    if blocks:
        _refuse("invalid_blocks", limits.problems(blocks, "message"))
    if attachments:
        places = limits.attachment_complaints(attachments)
        _refuse("invalid_attachments", [f"{what} [json-pointer:{place}]" for place, what in places])
    if body.get("metadata"):
        _refuse(
            "invalid_metadata_format", limits.message_problems({"text": "x", "metadata": body["metadata"]})
        )
    if limits.characters(body) > limits.MESSAGE_CHARACTERS:
        raise ApiError("msg_blocks_too_long")
    _refuse_unknown_files(core, [blocks, attachments])


def _refuse(error: str, problems: list[str]) -> None:
    if problems:
        raise described(error, problems)


def _refuse_unknown_files(core: Core, value: Any) -> None:
    if isinstance(value, dict):
        slack_file = value.get("slack_file") or {}
        stored = core.files.get(str(slack_file.get("id")))
        if "id" in slack_file and not (stored and stored.complete):
            raise described("invalid_blocks", ["invalid slack file [json-pointer:/blocks]"])
        _refuse_unknown_files(core, list(value.values()))
    elif isinstance(value, list):
        for part in value:
            _refuse_unknown_files(core, part)


def post(core: Core, channel: str, author: Author, body: dict[str, Any], *, to: str = "") -> Message:
    """Append a message that was found good; ``to`` makes it ephemeral for one person."""
    with core.lock:
        user = core.users[author.user]
        message = Message(
            channel=channel,
            ts=core.next_ts(),
            user=author.user,
            bot_id=author.bot_id,
            app_id=author.app_id,
            team=user.team_id,
            to=to,
            thread_ts=thread_of(core, channel, body.get("thread_ts")),
            broadcast=bool(body.get("reply_broadcast")),
            files=list(body.get("files") or []),
            subtype=str(body.get("subtype") or ""),
            username=str(body.get("username") or ""),
        )
        fill(core, message, body)
        core.messages[channel].append(message)
        core.touch()
        return message


def thread_of(core: Core, channel: str, thread_ts: Any) -> str:
    """The root of the thread a message joins; an answer to an answer joins the same thread."""
    if not thread_ts:
        return ""
    parent = core.message(channel, str(thread_ts))
    if parent is None:
        raise ApiError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def fill(core: Core, message: Message, body: dict[str, Any]) -> None:
    """Give a message its words and blocks; what people chose in it stays where ids stay."""
    message.text = str(body.get("text") or "")[: limits.TEXT_CHARACTERS]
    message.blocks = copy.deepcopy(body.get("blocks") or [])
    message.attachments = stored_attachments(body.get("attachments") or [])
    message.metadata = body.get("metadata") or message.metadata
    message.unfurl = {name: body[name] for name in ("unfurl_links", "unfurl_media") if name in body}
    for blocks in [message.blocks, *(part.get("blocks") or [] for part in message.attachments)]:
        name_parts(blocks, core.new_id)
    message.values = {person: carried(old, message.all_blocks) for person, old in message.values.items()}


def edit(core: Core, message: Message, body: dict[str, Any]) -> None:
    """Replace what a message says, remembering what it said.

    Blocks, attachments and metadata that are not named stay, an empty list removes them; text that is
    not named is lost, and with it what notifications read.
    """
    with core.lock:
        message.history.append(message_json(message, [], core.team.id))
        kept = {"blocks": message.blocks, "attachments": message.attachments, "metadata": message.metadata}
        named = {name: value for name, value in body.items() if value is not None}
        fill(core, message, {**kept, **named})
        message.edited = core.next_ts()
        message.edits += 1
        core.touch()


def remove(core: Core, message: Message) -> None:
    """Take a message away; one with answers leaves a tombstone, as in Slack."""
    with core.lock:
        if core.replies(message):
            message.subtype, message.text = "tombstone", "This message was deleted."
            message.blocks, message.attachments, message.files = [], [], []
        else:
            core.messages[message.channel].remove(message)
        core.touch()


def shown(core: Core, message: Message) -> dict[str, Any]:
    """The message as JSON, with its thread's counts."""
    return message_json(message, core.replies(message), core.team.id)
