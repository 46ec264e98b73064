"""Events as the Events API sends them: which gesture makes which event, and the envelope around it."""

from typing import Any

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Channel, Group, user_json
from bot.sandbox.slack.posting import shown
from bot.sandbox.slack.views import view_json


def envelope(core: Core, event: dict[str, Any], *, shared: bool = False) -> dict[str, Any]:
    """The event_callback around an event; ``shared`` if it comes from a channel shared with another team."""
    return {
        "token": core.settings.verification_token,
        "team_id": core.team.id,
        "context_team_id": core.team.id,
        "context_enterprise_id": None,
        "api_app_id": core.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": core.new_id("Ev"),
        "event_time": int(core.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": core.team.id,
                "user_id": core.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": core.new_id("4-"),
    }


def _place(channel: Channel) -> dict[str, Any]:
    return {"channel": channel.id, "channel_type": channel.kind}


def message_event(core: Core, message: Message) -> dict[str, Any]:
    """Somebody, person or bot, wrote a message."""
    channel = core.channels[message.channel]
    event = {
        **shown(core, message),
        **_place(channel),
        "event_ts": message.ts,
    }
    if message.is_reply:
        event["parent_user_id"] = _parent_user(core, message)
    if not message.bot_id:
        event["client_msg_id"] = f"msg-{message.ts}"
    if core.users[message.user].team_id != core.team.id:
        event |= {"user_team": message.team, "source_team": message.team}
    return envelope(core, event, shared=channel.is_shared)


def _parent_user(core: Core, message: Message) -> str:
    parent = core.message(message.channel, message.thread_ts)
    return parent.user if parent else ""


def mention_event(core: Core, message: Message) -> dict[str, Any]:
    """Somebody named the bot in a channel."""
    event = message_event(core, message)
    event["event"] |= {"type": "app_mention"}
    event["event"].pop("channel_type")
    return event


def changed_event(core: Core, message: Message) -> dict[str, Any]:
    """A message was edited."""
    channel = core.channels[message.channel]
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": shown(core, message),
        "previous_message": message.history[-1],
        "hidden": True,
        "ts": message.edited,
        "event_ts": message.edited,
        **_place(channel),
    }
    return envelope(core, event, shared=channel.is_shared)


def deleted_event(core: Core, message: Message) -> dict[str, Any]:
    """A message was taken away."""
    ts = core.next_ts()
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": shown(core, message),
        "hidden": True,
        "deleted_ts": message.ts,
        "ts": ts,
        "event_ts": ts,
        **_place(core.channels[message.channel]),
    }
    return envelope(core, event)


def membership_event(core: Core, channel: Channel, user_id: str, *, joined: bool) -> dict[str, Any]:
    """Somebody came into a channel or left it."""
    event = {
        "type": "member_joined_channel" if joined else "member_left_channel",
        "user": user_id,
        "channel": channel.id,
        "channel_type": {"channel": "C", "group": "G"}.get(channel.kind, "D"),
        "team": core.users[user_id].team_id,
        "event_ts": core.next_ts(),
    }
    if joined:
        event["inviter"] = user_id
    return envelope(core, event, shared=channel.is_shared)


def user_event(core: Core, user_id: str) -> dict[str, Any]:
    """Something about a person changed: name, language, role, or that they are gone."""
    now = core.now()
    user = user_json(core.users[user_id], now, locale=True, email=True)
    moment = int(now.timestamp())
    event = {"type": "user_change", "user": user, "cache_ts": moment, "event_ts": core.next_ts()}
    return envelope(core, event)


def group_event(core: Core, group: Group, added: list[str], removed: list[str]) -> dict[str, Any]:
    """A user group has other members now."""
    before, group.updated = group.updated, int(core.now().timestamp())
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": core.team.id,
        "date_previous_update": before,
        "date_update": group.updated,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": core.next_ts(),
    }
    return envelope(core, event)


def home_event(core: Core, user_id: str, tab: str = "home") -> dict[str, Any]:
    """Somebody opened the app's Home tab, or its messages."""
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": core.direct(user_id).id,
        "tab": tab,
        "event_ts": core.next_ts(),
    }
    if user_id in core.homes and tab == "home":
        event["view"] = view_json(core.homes[user_id])
    return envelope(core, event)


def reaction_event(core: Core, message: Message, user_id: str, name: str) -> dict[str, Any]:
    """Somebody put an emoji below a message."""
    event = {
        "type": "reaction_added",
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "item_user": message.user,
        "event_ts": core.next_ts(),
    }
    return envelope(core, event)


def uninstall_event(core: Core) -> dict[str, Any]:
    """The app was taken out of the workspace."""
    return envelope(core, {"type": "app_uninstalled", "event_ts": core.next_ts()})
