"""Who is who in the workspace and who may act: looked up by the worker, read from our table on a click."""

from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from sqlmodel import select

from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.i18n import closest
from bot.operations import Task
from handlers.slack.addresses import keep_workspace
from handlers.slack.calls import called
from store import journal
from store.db import writing
from store.models import Member
from store.terms import PersonKind

PEOPLE = "slack.people"
PAGE = 200


def plan_look_up(desk: Desk, user_id: str = "") -> None:
    """Want one person looked up, or everybody who may act when no one is named."""
    key = f"people/{user_id}" if user_id else "people"
    payload = {"user_id": user_id}
    operation = an_operation(key, PEOPLE, "slack:people", payload, now=desk.now(), urgency=2)
    with writing(desk.engine) as session:
        journal.plan_again(session, operation)


def perform_look_up(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.people``: read the group and the people, and keep what they may do."""
    us = called(client.auth_test)
    keep_workspace(desk, str(us.get("url") or ""))
    home = str(us["team_id"])
    allowed = allowed_people(desk, client)
    wanted = {task.payload["user_id"]} if task.payload["user_id"] else allowed
    for user_id in sorted(wanted):
        found = called(client.users_info, user=user_id, include_locale=True)
        keep(desk, read_member(desk, found["user"], home, in_group=user_id in allowed))
    if not task.payload["user_id"]:
        _withdraw(desk, allowed)
    return {"people": len(wanted)}


def allowed_people(desk: Desk, client: WebClient) -> set[str]:
    """The ids of those who may act: the allow-list, else the user group, else the channel's members."""
    settings = desk.settings
    if settings.slack_operators:
        return set(settings.slack_operators)
    if settings.slack_user_group:
        return set(called(client.usergroups_users_list, usergroup=settings.slack_user_group)["users"])
    return _channel_members(client, settings.slack_channel)


def read_member(desk: Desk, user: Mapping[str, Any], home: str, *, in_group: bool) -> Member:
    """A row for the person as Slack describes them."""
    profile = user.get("profile", {})
    name = profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"]
    return Member(
        user_id=user["id"],
        team_id=user.get("team_id", home),
        name=str(name)[:200],
        language=closest(user.get("locale")),
        timezone=user.get("tz") or desk.settings.timezone,
        kind=kind_of(user, home),
        in_group=in_group,
        checked_at=desk.now(),
    )


def kind_of(user: Mapping[str, Any], home: str) -> PersonKind:
    """What Slack says of a person, the most restrictive word first."""
    if user.get("deleted"):
        return PersonKind.DEACTIVATED
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return PersonKind.BOT
    if user.get("is_stranger") or user.get("team_id", home) != home:
        return PersonKind.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return PersonKind.GUEST
    return PersonKind.MEMBER


def keep(desk: Desk, member: Member) -> None:
    """Write a person down, over what was known of them."""
    with writing(desk.engine) as session:
        session.merge(member)


def _withdraw(desk: Desk, allowed: set[str]) -> None:
    """Who left the group loses the right at once."""
    with writing(desk.engine) as session:
        for member in session.exec(select(Member)):
            if member.in_group and member.user_id not in allowed:
                member.in_group = False
                session.add(member)


def _channel_members(client: WebClient, channel: str) -> set[str]:
    members: set[str] = set()
    cursor = ""
    while True:
        page = _members_page(client, channel, cursor)
        members.update(page["members"])
        metadata: Mapping[str, str] = page.get("response_metadata") or {}
        cursor = metadata.get("next_cursor", "")
        if not cursor:
            return members


def _members_page(client: WebClient, channel: str, cursor: str) -> SlackResponse:
    return called(client.conversations_members, channel=channel, cursor=cursor, limit=PAGE)
