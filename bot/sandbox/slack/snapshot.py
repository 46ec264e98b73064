"""Everything one person sees at this moment, as JSON, for a page that draws it."""

from typing import Any

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.inputs import state_json
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Channel
from bot.sandbox.slack.posting import shown
from bot.sandbox.slack.views import View, view_json

Json = dict[str, Any]


def snapshot(core: Core, user_id: str) -> Json:
    """Channels with messages and threads, ephemeral messages, modals, the Home tab, groups, notices."""
    with core.lock:
        stack = [core.views[name] for name in core.stacks.get(user_id, [])]
        home = core.homes.get(user_id)
        return {
            "version": core.version,
            "team": {"id": core.team.id, "name": core.team.name},
            "bot": {"user": core.bot_user, "app_id": core.app_id},
            "me": _person(core, user_id),
            "users": {name: _person(core, name) for name in core.users},
            "channels": [_channel(core, one, user_id) for one in _rooms(core, user_id)],
            "groups": [
                {
                    "id": group.id,
                    "handle": group.handle,
                    "name": group.name,
                    "users": list(group.users),
                    "member": user_id in group.users,
                }
                for group in core.groups.values()
            ],
            "modals": [_view(one) for one in stack],
            "modal": _view(stack[-1]) if stack else None,
            "home": _view(home) if home else None,
            "notices": list(core.notices.get(user_id, [])),
        }


def _person(core: Core, user_id: str) -> Json:
    user = core.users[user_id]
    kinds = ("is_admin", "is_restricted", "is_ultra_restricted", "is_bot", "is_stranger", "deleted")
    base = {"id": user.id, "name": user.name, "real_name": user.real_name, "team_id": user.team_id}
    return {**base, "locale": user.locale, "tz": user.tz, **{name: getattr(user, name) for name in kinds}}


def _rooms(core: Core, user_id: str) -> list[Channel]:
    return [one for one in core.channels.values() if user_id in one.members]


def _channel(core: Core, channel: Channel, user_id: str) -> Json:
    visible = [one for one in core.messages[channel.id] if one.to in ("", user_id)]
    top = [one for one in visible if not one.is_reply or one.broadcast]
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "user": channel.user,
        "is_archived": channel.is_archived,
        "is_shared": channel.is_shared,
        "members": list(channel.members),
        "messages": [_message(core, one, visible, user_id) for one in top],
    }


def _message(core: Core, message: Message, visible: list[Message], user_id: str) -> Json:
    below = [one for one in visible if one.is_reply and one.thread_ts == message.ts]
    return {
        **shown(core, message),
        "ephemeral": bool(message.to),
        "color": message.color,
        "edits": message.edits,
        "state": state_json(message.values.get(user_id, {})),
        "replies": [] if message.is_reply else [_message(core, one, [], user_id) for one in below],
    }


def _view(view: View) -> Json:
    return {**view_json(view), "errors": dict(view.errors), "updates": view.updates}
