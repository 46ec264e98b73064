"""The chat.* and reactions.* methods: posting, changing and pointing at messages as the app."""

from typing import Any

from bot.sandbox.slack import events
from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.errors import ApiError, missing
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Channel
from bot.sandbox.slack.posting import app_author, edit, post, refuse_bad_message, remove, shown

Json = dict[str, Any]


def writable(call: ApiCall) -> Channel:
    """The conversation the app wants to write into, if it may."""
    name = str(call.need("channel"))
    channel = call.core.direct(name) if name in call.core.users else call.core.channel(name)
    member = channel is not None and call.core.bot_user in channel.members
    if channel is None or (channel.kind == "group" and not member):
        raise ApiError("channel_not_found")
    if channel.is_archived:
        raise ApiError("is_archived")
    if not member and "chat:write.public" not in call.token.scopes:
        raise ApiError("not_in_channel")
    return channel


def body_of(call: ApiCall) -> Json:
    """The parts of a message among the arguments."""
    names = ("text", "blocks", "attachments", "metadata", "thread_ts", "username")
    body = {name: call.arguments[name] for name in names if name in call.arguments}
    for flag in ("reply_broadcast", "unfurl_links", "unfurl_media"):
        if flag in call.arguments:
            body[flag] = call.flag(flag)
    return body


def post_message(call: ApiCall) -> Json:
    """chat.postMessage"""
    channel, body = writable(call), body_of(call)
    call.limit(channel.id)
    refuse_bad_message(call.core, body)
    message = post(call.core, channel.id, app_author(call.core), body)
    call.echo(events.message_event, message)
    return {"channel": channel.id, "ts": message.ts, "message": shown(call.core, message)}


def update(call: ApiCall) -> Json:
    """chat.update"""
    message, body = own_message(call, "cant_update_message"), body_of(call)
    refuse_bad_message(call.core, body, update=True)
    edit(call.core, message, body)
    call.echo(events.changed_event, message)
    now = shown(call.core, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": now}


def delete(call: ApiCall) -> Json:
    """chat.delete"""
    message = own_message(call, "cant_delete_message")
    call.echo(events.deleted_event, message)
    remove(call.core, message)
    return {"channel": message.channel, "ts": message.ts}


def own_message(call: ApiCall, refusal: str) -> Message:
    """The message ``ts`` names, if the app wrote it; an ephemeral one cannot be found this way."""
    channel = writable(call)
    message = call.core.message(channel.id, str(call.need("ts")))
    if message is None or message.to or message.subtype == "tombstone":
        raise ApiError("message_not_found")
    if message.user != call.core.bot_user:
        raise ApiError(refusal)
    return message


def post_ephemeral(call: ApiCall) -> Json:
    """chat.postEphemeral"""
    channel, user = writable(call), str(call.need("user"))
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    body = body_of(call)
    refuse_bad_message(call.core, body)
    message = post(call.core, channel.id, app_author(call.core), body, to=user)
    return {"message_ts": message.ts}


def get_permalink(call: ApiCall) -> Json:
    """chat.getPermalink"""
    channel, message = readable_message(call, "message_ts")
    link = f"{call.core.team.url}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def readable_message(call: ApiCall, argument: str) -> tuple[Channel, Message]:
    """A conversation the app is in, and a message everybody there sees."""
    channel = call.core.channel(str(call.need("channel")))
    if channel is None or (channel.kind != "channel" and call.core.bot_user not in channel.members):
        raise ApiError("channel_not_found")
    message = call.core.message(channel.id, str(call.need(argument)))
    if message is None or message.to:
        raise ApiError("message_not_found")
    return channel, message


def add_reaction(call: ApiCall) -> Json:
    """reactions.add"""
    name = str(call.need("name")).strip(":")
    if not call.arguments.get("timestamp"):
        raise missing("timestamp")
    _, message = readable_message(call, "timestamp")
    users = message.reactions.setdefault(name, [])
    if call.core.bot_user in users:
        raise ApiError("already_reacted")
    users.append(call.core.bot_user)
    call.core.touch()
    return {}
