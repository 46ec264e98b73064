"""Interaction payloads and slash commands, with the keys that real ones carry."""

from typing import Any

from bot.sandbox.slack.core import Core, ResponseUrl
from bot.sandbox.slack.inputs import state_json
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Channel
from bot.sandbox.slack.posting import shown
from bot.sandbox.slack.views import View, view_json

Json = dict[str, Any]


def _channel_name(channel: Channel) -> str:
    """What payloads call a room: private ones and direct messages are not named."""
    return {"channel": channel.name, "group": "privategroup"}.get(channel.kind, "directmessage")


def _base(core: Core, kind: str, user_id: str) -> Json:
    user = core.users[user_id]
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": core.app_id,
        "token": core.settings.verification_token,
        "team": {"id": core.team.id, "domain": core.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_click(core: Core, user_id: str, message: Message, actions: list[Json]) -> Json:
    """block_actions from a message in a channel, a thread, a direct message, or an ephemeral one."""
    channel = core.channels[message.channel]
    place = ResponseUrl(channel.id, user_id, core.now(), message.ts, message.thread_ts)
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.to),
    }
    number = message.attachment_of(actions[0]["block_id"])
    if number is not None:
        container |= {"type": "message_attachment", "attachment_id": number, "is_app_unfurl": False}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_base(core, "block_actions", user_id),
        "container": container,
        "trigger_id": core.new_trigger(user_id),
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "state": state_json(message.values.get(user_id, {})),
        "response_url": core.new_response_url(place),
        "actions": actions,
    }
    if not message.to:
        payload["message"] = shown(core, message)
    return payload


def view_click(core: Core, view: View, actions: list[Json]) -> Json:
    """block_actions from a modal or a Home tab."""
    return {
        **_base(core, "block_actions", view.user),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": core.new_trigger(view.user),
        "view": view_json(view),
        "actions": actions,
    }


def submission(core: Core, view: View) -> Json:
    """view_submission."""
    return {
        **_base(core, "view_submission", view.user),
        "trigger_id": core.new_trigger(view.user),
        "view": view_json(view),
        "response_urls": [],
    }


def closing(core: Core, view: View, *, cleared: bool) -> Json:
    """view_closed."""
    return {**_base(core, "view_closed", view.user), "view": view_json(view), "is_cleared": cleared}


def suggestion(core: Core, view: View | Message, user_id: str, field: tuple[str, str], typed: str) -> Json:
    """block_suggestion: an external menu asks for options."""
    payload = {
        **_base(core, "block_suggestion", user_id),
        "action_id": field[1],
        "block_id": field[0],
        "value": typed,
    }
    if isinstance(view, View):
        return {**payload, "container": {"type": "view", "view_id": view.id}, "view": view_json(view)}
    channel = core.channels[view.channel]
    return {
        **payload,
        "container": {"type": "message", "message_ts": view.ts, "channel_id": channel.id},
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message": shown(core, view),
    }


def message_shortcut(core: Core, user_id: str, message: Message, callback_id: str) -> Json:
    """A shortcut chosen from a message's menu; type message_action."""
    channel = core.channels[message.channel]
    place = ResponseUrl(channel.id, user_id, core.now(), message.ts, message.thread_ts)
    base = _base(core, "message_action", user_id)
    base.pop("api_app_id")
    base["user"].pop("username")
    return {
        **base,
        "callback_id": callback_id,
        "action_ts": core.next_ts(),
        "message_ts": message.ts,
        "trigger_id": core.new_trigger(user_id),
        "response_url": core.new_response_url(place),
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message": shown(core, message),
    }


def global_shortcut(core: Core, user_id: str, callback_id: str) -> Json:
    """A shortcut chosen from the lightning menu."""
    return {
        **_base(core, "shortcut", user_id),
        "callback_id": callback_id,
        "action_ts": core.next_ts(),
        "trigger_id": core.new_trigger(user_id),
    }


def slash_command(core: Core, user_id: str, channel: Channel, name: str, text: str) -> dict[str, str]:
    """The form a slash command sends."""
    user = core.users[user_id]
    place = ResponseUrl(channel.id, user_id, core.now())
    return {
        "token": core.settings.verification_token,
        "team_id": core.team.id,
        "team_domain": core.team.domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": core.app_id,
        "is_enterprise_install": "false",
        "response_url": core.new_response_url(place),
        "trigger_id": core.new_trigger(user_id),
    }
