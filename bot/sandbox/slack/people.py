"""Who is in the workspace: users, channels, user groups, and how the Web API shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

PICTURE_SIZES = (24, 32, 48, 72, 192, 512)


@dataclass
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str

    @property
    def url(self) -> str:
        """The address of the workspace, with a slash at the end."""
        return f"https://{self.domain}.slack.com/"


@dataclass
class User:
    """A person or a bot; ``team_id`` differs from the workspace's for strangers in shared channels."""

    id: str
    name: str
    real_name: str
    team_id: str
    email: str = ""
    locale: str = "en-US"
    tz: str = "Europe/London"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    deleted: bool = False
    bot_id: str = ""
    app_id: str = ""


@dataclass
class Channel:
    """A conversation; ``kind`` is "channel", "group" (private) or "im" (with the bot)."""

    id: str
    name: str
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    creator: str = ""
    created: int = 0
    is_archived: bool = False
    shared_team_ids: list[str] = field(default_factory=list)
    topic: str = ""
    user: str = ""  # in an im: the person the bot talks to

    @property
    def is_shared(self) -> bool:
        """Whether people of another workspace are in it."""
        return len(self.shared_team_ids) > 1


@dataclass
class Group:
    """A user group, mentioned as @handle."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    updated: int = 0
    disabled: bool = False


def user_json(user: User, now: datetime, *, locale: bool = False, email: bool = False) -> dict[str, Any]:
    """A user as users.info answers it; ``email`` needs its own scope, ``locale`` its own argument."""
    offset = now.astimezone(ZoneInfo(user.tz)).utcoffset()
    shown: dict[str, Any] = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz.rpartition("/")[2].replace("_", " "),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": _profile(user, email=email),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1_760_000_000,
        "is_email_confirmed": bool(user.email),
        "who_can_share_contact_card": "EVERYONE",
    }
    if user.is_stranger:
        shown["is_stranger"] = True
    if locale:
        shown["locale"] = user.locale
    return shown


def _profile(user: User, *, email: bool) -> dict[str, Any]:
    first, _, last = user.real_name.partition(" ")
    picture = f"https://avatars.slack-edge.com/{user.id}"
    shown: dict[str, Any] = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": f"g{user.id.lower()}",
        "first_name": first,
        "last_name": last,
        "team": user.team_id,
        **{f"image_{size}": f"{picture}_{size}.png" for size in PICTURE_SIZES},
    }
    if email and user.email:
        shown["email"] = user.email
    if user.is_bot:
        shown |= {"bot_id": user.bot_id, "api_app_id": user.app_id, "always_active": True}
    return shown


def channel_json(channel: Channel, team: Team, me: str) -> dict[str, Any]:
    """A conversation as conversations.info answers it to the bot ``me``."""
    shared = {
        "is_org_shared": False,
        "context_team_id": team.id,
        "updated": channel.created * 1000,
        "created": channel.created,
        "id": channel.id,
        "is_archived": channel.is_archived,
    }
    if channel.kind == "im":
        return {**shared, "is_im": True, "user": channel.user, "is_user_deleted": False, "priority": 0}
    return {**shared, **_room_json(channel, team, me)}


def _room_json(channel: Channel, team: Team, me: str) -> dict[str, Any]:
    note = {"value": channel.topic, "creator": channel.creator if channel.topic else "", "last_set": 0}
    return {
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "group",
        "is_general": channel.name == "general",
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.is_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "creator": channel.creator,
        "is_ext_shared": channel.is_shared,
        "shared_team_ids": channel.shared_team_ids or [team.id],
        "pending_connected_team_ids": [],
        "is_member": me in channel.members,
        "topic": note,
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(channel.members),
    }


def group_json(group: Group, team: Team, *, users: bool = False, count: bool = False) -> dict[str, Any]:
    """A user group as usergroups.list answers it."""
    shown: dict[str, Any] = {
        "id": group.id,
        "team_id": team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_760_000_000,
        "date_update": group.updated,
        "date_delete": group.updated if group.disabled else 0,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": "",
        "updated_by": "",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "channel_count": 0,
    }
    if users:
        shown["users"] = list(group.users)
    if count:
        shown["user_count"] = len(group.users)
    return shown
