"""auth, team, users, usergroups and bots: who is who, as the app may see them."""

from typing import Any

from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.people import Group, User, channel_json, group_json, user_json

Json = dict[str, Any]
PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}  # of the scopes


def test_api(call: ApiCall) -> Json:
    """api.test"""
    if call.arguments.get("error"):
        raise ApiError(str(call.arguments["error"]), args=call.arguments)
    return {"args": call.arguments}


def test_auth(call: ApiCall) -> Json:
    """auth.test"""
    core = call.core
    if call.token.kind == "app":
        return {"app_name": core.users[core.bot_user].real_name, "app_id": core.app_id}
    return {
        "url": core.team.url,
        "team": core.team.name,
        "user": core.users[core.bot_user].name,
        "team_id": core.team.id,
        "user_id": core.bot_user,
        "bot_id": core.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: ApiCall) -> Json:
    """team.info"""
    team = call.core.team
    if call.arguments.get("team") not in (None, team.id):
        raise ApiError("team_not_found")
    shown = {
        "id": team.id,
        "name": team.name,
        "url": team.url,
        "domain": team.domain,
        "email_domain": "",
        "icon": {"image_default": True},
        "avatar_base_url": "https://avatars.slack-edge.com/",
        "is_verified": False,
    }
    return {"team": shown}


def bot_info(call: ApiCall) -> Json:
    """bots.info"""
    core = call.core
    wanted = call.arguments.get("bot") or core.bot_id
    user = next((one for one in core.users.values() if one.bot_id == wanted), None)
    if user is None:
        raise ApiError("bot_not_found")
    shown = {
        "id": user.bot_id,
        "deleted": user.deleted,
        "name": user.real_name,
        "updated": 1_760_000_000,
        "app_id": user.app_id,
        "user_id": user.id,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
    }
    return {"bot": shown}


def _user(call: ApiCall, user: User) -> Json:
    email = "users:read.email" in call.token.scopes and not user.is_stranger
    return user_json(user, call.core.now(), locale=call.flag("include_locale"), email=email)


def user_info(call: ApiCall) -> Json:
    """users.info"""
    user = call.core.users.get(str(call.need("user")))
    if user is None:
        raise ApiError("user_not_found")
    return {"user": _user(call, user)}


def list_users(call: ApiCall) -> Json:
    """users.list; people met only in shared channels are not in it."""
    own = [user for user in call.core.users.values() if user.team_id == call.core.team.id]
    page, more = call.page(own)
    moment = int(call.core.now().timestamp())
    return {"members": [_user(call, user) for user in page], "cache_ts": moment, **more}


def user_conversations(call: ApiCall) -> Json:
    """users.conversations"""
    person = str(call.arguments.get("user") or call.core.bot_user)
    core = call.core
    rooms = [one for one in core.channels.values() if person in one.members and _sees(core, one.members)]
    kinds = wanted_kinds(call)
    page, more = call.page([one for one in rooms if one.kind in kinds])
    return {"channels": [channel_json(one, core.team, core.bot_user) for one in page], **more}


def _sees(core: Core, members: list[str]) -> bool:
    return core.bot_user in members


def wanted_kinds(call: ApiCall) -> set[str]:
    """The kinds of conversation ``types`` asks for; each needs its own scope."""
    names = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    wanted = str(call.arguments.get("types") or "public_channel").replace(" ", "").split(",")
    if any(name not in names for name in wanted):
        raise ApiError("invalid_types")
    for name in wanted:
        call.scope(f"{PREFIX[names[name]]}:read")
    return {names[name] for name in wanted}


def list_groups(call: ApiCall) -> Json:
    """usergroups.list"""
    groups = [one for one in call.core.groups.values() if call.flag("include_disabled") or not one.disabled]
    users, count = call.flag("include_users"), call.flag("include_count")
    return {"usergroups": [group_json(one, call.core.team, users=users, count=count) for one in groups]}


def list_group_users(call: ApiCall) -> Json:
    """usergroups.users.list"""
    group: Group | None = call.core.groups.get(str(call.need("usergroup")))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}
