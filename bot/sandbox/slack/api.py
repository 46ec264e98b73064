"""The Web API: which methods there are, what each needs, and how a call becomes an answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import api_channels, api_chat, api_files, api_people, api_views
from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.core import Call, Core, Token
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.rates import SPECIAL, TIERS
from bot.sandbox.slack.sockets import Switchboard

Json = dict[str, Any]
STRUCTURED = ("blocks", "attachments", "metadata", "view", "files", "message")


@dataclass(frozen=True)
class Method:
    """One method: what answers it, the scope it needs, its calls a minute, the kind of token."""

    answer: Callable[[ApiCall], Json]
    scope: str = ""
    per_minute: int = SPECIAL
    key: str = "bot"


def open_connection(call: ApiCall) -> Json:
    """apps.connections.open; the server adds the address, since only it knows how it was reached."""
    return {}


METHODS: Mapping[str, Method] = {
    "api.test": Method(api_people.test_api, key="any"),
    "auth.test": Method(api_people.test_auth, key="any"),
    "team.info": Method(api_people.team_info, "team:read", TIERS[3]),
    "bots.info": Method(api_people.bot_info, "users:read", TIERS[3]),
    "users.info": Method(api_people.user_info, "users:read", TIERS[4]),
    "users.list": Method(api_people.list_users, "users:read", TIERS[2]),
    "users.conversations": Method(api_people.user_conversations, "", TIERS[3]),
    "usergroups.list": Method(api_people.list_groups, "usergroups:read", TIERS[2]),
    "usergroups.users.list": Method(api_people.list_group_users, "usergroups:read", TIERS[2]),
    "conversations.list": Method(api_channels.list_channels, "", TIERS[2]),
    "conversations.info": Method(api_channels.channel_info, "", TIERS[3]),
    "conversations.members": Method(api_channels.channel_members, "", TIERS[4]),
    "conversations.history": Method(api_channels.history, "", TIERS[3]),
    "conversations.replies": Method(api_channels.replies, "", TIERS[3]),
    "conversations.open": Method(api_channels.open_direct, "im:write", TIERS[3]),
    "conversations.join": Method(api_channels.join_channel, "channels:join", TIERS[3]),
    "chat.postMessage": Method(api_chat.post_message, "chat:write"),
    "chat.update": Method(api_chat.update, "chat:write", TIERS[3]),
    "chat.delete": Method(api_chat.delete, "chat:write", TIERS[3]),
    "chat.postEphemeral": Method(api_chat.post_ephemeral, "chat:write", TIERS[4]),
    "chat.getPermalink": Method(api_chat.get_permalink),
    "reactions.add": Method(api_chat.add_reaction, "reactions:write", TIERS[3]),
    "views.open": Method(api_views.open_modal, "", TIERS[4]),
    "views.push": Method(api_views.push_modal, "", TIERS[4]),
    "views.update": Method(api_views.update_modal, "", TIERS[4]),
    "views.publish": Method(api_views.publish_home, "", TIERS[4]),
    "blocks.validate": Method(api_views.validate_blocks),
    "files.getUploadURLExternal": Method(api_files.upload_place, "files:write", TIERS[4]),
    "files.completeUploadExternal": Method(api_files.complete_upload, "files:write", TIERS[4]),
    "files.delete": Method(api_files.delete_file, "files:write", TIERS[3]),
    "files.info": Method(api_files.file_info, "files:read", TIERS[4]),
    "apps.connections.open": Method(
        open_connection,
        "connections:write",
        TIERS[1] * 10,  # the tier says one a minute; several sockets at start-up are let through
        key="app",
    ),
}


@dataclass(frozen=True)
class Reply:
    """An answer on its way out: body, HTTP status, headers, and the events it caused."""

    body: Json
    status: int
    headers: dict[str, str]
    events: list[Json]


def answer(core: Core, board: Switchboard, name: str, given: Json, *, token: str, base: str) -> Reply:
    """Answer one call to ``/api/<name>`` made with ``token`` at address ``base``."""
    with core.lock:
        core.base_url = base
        known = core.tokens.get(token)
        call = ApiCall(core, name, known or Token("none", set()), {}, base_url=base)
        try:
            body = {"ok": True, **_answered(call, token, given)}
            if name == "apps.connections.open":
                body["url"] = (
                    f"ws{base.removeprefix('http')}/link/?ticket={board.ticket()}&app_id={core.app_id}"
                )
        except ApiError as refusal:
            body = {"ok": False, "error": refusal.error, **refusal.more}
        return _reply(call, body, given)


def _answered(call: ApiCall, token: str, given: Json) -> Json:
    method = METHODS.get(call.method)
    if method is None:
        raise ApiError("unknown_method", req_method=call.method)
    _refuse_token(call, token, method)
    if method.scope:
        call.scope(method.scope)
    if call.core.settings.rate_limits:
        wait = call.core.rates.wait_for(call.method, method.per_minute, method.per_minute, call.core.now())
        if wait:
            raise ApiError("ratelimited", retry_after=wait)
    call.arguments = {name: _parsed(name, value) for name, value in given.items() if name != "token"}
    return method.answer(call)


def _refuse_token(call: ApiCall, token: str, method: Method) -> None:
    if call.method == "api.test":
        return
    if not token:
        raise ApiError("not_authed")
    if call.token.kind == "none":
        raise ApiError("invalid_auth")
    if call.token.trouble:
        raise ApiError(call.token.trouble)
    if method.key not in (call.token.kind, "any"):
        raise ApiError("not_allowed_token_type")


def _parsed(name: str, value: Any) -> Any:
    if name not in STRUCTURED or not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except json.JSONDecodeError:
        wrong = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise ApiError(wrong.get(name, "invalid_json")) from None


def _reply(call: ApiCall, body: Json, given: Json) -> Reply:
    wait = body.pop("retry_after", None) if body.get("error") == "ratelimited" else None
    call.core.calls.append(Call(call.method, call.arguments or given, body.get("error", ""), call.core.now()))
    headers = {"Retry-After": str(wait)} if wait else {}
    if call.token.scopes:
        headers["X-OAuth-Scopes"] = ",".join(sorted(call.token.scopes))
    method = METHODS.get(call.method)
    if method and method.scope:
        headers["X-Accepted-OAuth-Scopes"] = method.scope
    return Reply(body, 429 if wait else 200, headers, call.after)
