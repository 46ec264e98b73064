"""Messages as Slack keeps them: parts, edits, threads, who sees an ephemeral one, and their JSON."""

import copy
from dataclasses import dataclass, field
from typing import Any

Values = dict[tuple[str, str], Any]  # (block_id, action_id) -> what is chosen or typed


@dataclass
class Message:
    """One message. ``to`` names the only person who sees it, if it is ephemeral."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str = ""
    broadcast: bool = False
    subtype: str = ""
    to: str = ""
    bot_id: str = ""
    app_id: str = ""
    username: str = ""
    team: str = ""
    edited: str = ""  # ts of the last edit
    edits: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    unfurl: dict[str, bool] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)  # what earlier editions said
    values: dict[str, Values] = field(default_factory=dict)  # per person, what is chosen in the message
    offered: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def all_blocks(self) -> list[dict[str, Any]]:
        """Its blocks, those of its attachments included, top to bottom."""
        inner = [block for attachment in self.attachments for block in attachment.get("blocks") or []]
        return [*self.blocks, *inner]

    @property
    def color(self) -> str:
        """The colour of the bar beside its first attachment, without #, or nothing."""
        return str(self.attachments[0].get("color", "")) if self.attachments else ""

    def attachment_of(self, block_id: str) -> int | None:
        """The number, from 1, of the attachment that holds the block; None for a block at the top."""
        for attachment in self.attachments:
            if any(block.get("block_id") == block_id for block in attachment.get("blocks") or []):
                return int(attachment["id"])
        return None


def message_json(message: Message, replies: list[Message], team: str) -> dict[str, Any]:
    """The message as the Web API and payloads show it."""
    shown: dict[str, Any] = {"user": message.user, "type": "message", "ts": message.ts, "text": message.text}
    shown["team"] = message.team or team
    for name in ("bot_id", "app_id", "subtype", "username", "thread_ts"):
        if getattr(message, name):
            shown[name] = getattr(message, name)
    for name in ("blocks", "attachments", "files"):
        if getattr(message, name):
            shown[name] = copy.deepcopy(getattr(message, name))
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return {**shown, **_thread_json(message, replies)}


def _thread_json(message: Message, replies: list[Message]) -> dict[str, Any]:
    if message.is_reply:
        return {}
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users[:5],
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": True,
    }


def stored_attachments(attachments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attachments as Slack keeps them: numbered from 1, colour without #, a fallback always there."""
    kept = []
    for number, attachment in enumerate(copy.deepcopy(attachments), start=1):
        attachment["id"] = number
        attachment["color"] = str(attachment.get("color") or "").removeprefix("#")
        attachment.setdefault("fallback", "[no preview available]")
        kept.append(attachment)
    return kept
