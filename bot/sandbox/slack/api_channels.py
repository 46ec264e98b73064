"""The conversations.* methods: which rooms there are, who is in them, what was said."""

from typing import Any

from bot.sandbox.slack import events
from bot.sandbox.slack.api_people import PREFIX, wanted_kinds
from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.errors import ApiError, missing
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Channel, channel_json
from bot.sandbox.slack.posting import shown

Json = dict[str, Any]


def _json(call: ApiCall, channel: Channel) -> Json:
    shown_channel = channel_json(channel, call.core.team, call.core.bot_user)
    if call.flag("include_locale"):
        shown_channel["locale"] = "en-US"
    if not call.flag("include_num_members"):
        shown_channel.pop("num_members", None)
    return shown_channel


def list_channels(call: ApiCall) -> Json:
    """conversations.list; a private channel is listed only if the bot is in it."""
    core, kinds = call.core, wanted_kinds(call)
    rooms = [
        one
        for one in core.channels.values()
        if one.kind in kinds
        and (one.kind == "channel" or core.bot_user in one.members)
        and not (one.is_archived and call.flag("exclude_archived"))
    ]
    page, more = call.page(rooms)
    return {"channels": [channel_json(one, core.team, core.bot_user) for one in page], **more}


def _visible(call: ApiCall, action: str = "read") -> Channel:
    channel = call.core.channels.get(str(call.need("channel")))
    if channel is None or (channel.kind != "channel" and call.core.bot_user not in channel.members):
        raise ApiError("channel_not_found")
    call.scope(f"{PREFIX[channel.kind]}:{action}")
    return channel


def channel_info(call: ApiCall) -> Json:
    """conversations.info"""
    return {"channel": _json(call, _visible(call))}


def channel_members(call: ApiCall) -> Json:
    """conversations.members"""
    page, more = call.page(_visible(call).members)
    return {"members": page, **more}


def join_channel(call: ApiCall) -> Json:
    """conversations.join"""
    channel, core = call.core.channels.get(str(call.need("channel"))), call.core
    if channel is None or channel.kind != "channel":
        raise ApiError("channel_not_found")
    if channel.is_archived:
        raise ApiError("is_archived")
    if core.bot_user not in channel.members:
        channel.members.append(core.bot_user)
        call.after.append(events.membership_event(core, channel, core.bot_user, joined=True))
        core.touch()
    return {"channel": _json(call, channel)}


def open_direct(call: ApiCall) -> Json:
    """conversations.open, with one person"""
    users = str(call.need("users")).split(",")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    person = call.core.users.get(users[0])
    if person is None:
        raise ApiError("user_not_found")
    if person.deleted:
        raise ApiError("user_disabled")
    if person.is_bot:
        raise ApiError("cannot_dm_bot")
    channel = call.core.direct(person.id)
    if call.flag("return_im"):
        return {"channel": _json(call, channel)}
    return {"channel": {"id": channel.id}}


def _readable(call: ApiCall) -> Channel:
    channel = _visible(call, "history")
    if call.core.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _between(call: ApiCall, messages: list[Message]) -> list[Message]:
    oldest, latest = (str(call.arguments.get(name) or "") for name in ("oldest", "latest"))
    edges = (oldest, latest) if call.flag("inclusive") else ()
    kept = [
        one
        for one in messages
        if one.ts in edges or ((not oldest or one.ts > oldest) and (not latest or one.ts < latest))
    ]
    return [one for one in kept if not one.to]


def _told(call: ApiCall, message: Message) -> Json:
    told = shown(call.core, message)
    if message.metadata and call.flag("include_all_metadata"):
        told["metadata"] = message.metadata
    return told


def history(call: ApiCall) -> Json:
    """conversations.history: newest first, without answers in threads."""
    channel = _readable(call)
    outside = [one for one in call.core.messages[channel.id] if one.broadcast or not one.is_reply]
    page, more = call.page(list(reversed(_between(call, outside))))
    following = more["response_metadata"]["next_cursor"]
    answer: Json = {"messages": [_told(call, one) for one in page], "has_more": bool(following)}
    return {**answer, "pin_count": 0, **(more if following else {})}


def replies(call: ApiCall) -> Json:
    """conversations.replies: the first message and the answers below it, oldest first."""
    channel = _readable(call)
    if not call.arguments.get("ts"):
        raise missing("ts")
    parent = call.core.message(channel.id, str(call.arguments["ts"]))
    if parent is None or parent.to:
        raise ApiError("thread_not_found")
    thread = _between(call, [parent, *call.core.replies(parent)])
    page, more = call.page(thread)
    following = more["response_metadata"]["next_cursor"]
    answer: Json = {"messages": [_told(call, one) for one in page], "has_more": bool(following)}
    return {**answer, **(more if following else {})}
