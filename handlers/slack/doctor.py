"""Looks at Slack before a desk is opened: token, scopes, channel, people, socket. Changes nothing there."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clock import Clock, utc_now
from bot.config import Settings
from bot.findings import Finding, ok, warning, wrong
from handlers.slack.calls import open_client
from handlers.slack.manifest import BOT_SCOPES

SKEW = 60  # seconds; Slack's signatures are good for five minutes

TOKEN_ADVICE = "Copy the bot token anew: Slack app, OAuth & Permissions, Bot User OAuth Token."  # noqa: S105
INVITE = "Type /invite @Returns Desk in the channel."


def check_slack(settings: Settings, clock: Clock = utc_now) -> Iterator[Finding]:
    """Everything about Slack, one finding each; stops where nothing further can be asked."""
    client = open_client(settings)
    try:
        yield from _check(client, settings, clock)
    except OSError as e:
        yield wrong(
            "Slack", f"does not answer: {e}", "Check this machine's way to the internet, and SLACK_API_URL."
        )


def _check(client: WebClient, settings: Settings, clock: Clock) -> Iterator[Finding]:
    try:
        who = client.auth_test()
    except SlackApiError as e:
        yield wrong("SLACK_BOT_TOKEN", f"refused by Slack: {_code(e)}", TOKEN_ADVICE)
        return
    yield ok("SLACK_BOT_TOKEN", f"{who['user']} in workspace {who['team']}")
    headers = {name.lower(): value for name, value in who.headers.items()}
    yield from _check_scopes(headers)
    yield from _check_clock(headers, clock)
    yield from _check_channel(client, settings.slack_channel)
    yield from _check_team(client, settings)
    yield from _check_socket(client, settings)


def _check_scopes(headers: dict[str, Any]) -> Iterator[Finding]:
    granted = headers.get("x-oauth-scopes")
    if granted is None:
        yield warning("Slack scopes", "Slack does not say which were granted", "Compare with the manifest.")
        return
    lacking = sorted(set(BOT_SCOPES) - {scope.strip() for scope in str(granted).split(",")})
    if lacking:
        advice = "Put the output of `manifest` into the Slack app, then reinstall it to the workspace."
        yield wrong("Slack scopes", f"not granted: {', '.join(lacking)}", advice)
    else:
        yield ok("Slack scopes", f"all {len(BOT_SCOPES)} granted")


def _check_clock(headers: dict[str, Any], clock: Clock) -> Iterator[Finding]:
    if "date" not in headers:
        return
    off = (clock() - parsedate_to_datetime(str(headers["date"]))).total_seconds()
    if abs(off) > SKEW:
        yield wrong("clock", f"is off by {off:.0f} s as Slack sees it", "Set the time of this machine (NTP).")
    else:
        yield ok("clock", "agrees with Slack's")


def _check_channel(client: WebClient, channel: str) -> Iterator[Finding]:
    if not channel:
        return
    try:
        found: dict[str, Any] = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as e:
        yield wrong("SLACK_CHANNEL", f"cannot be seen: {_code(e)}", f"Check the id. {INVITE}")
        return
    if found.get("is_archived"):
        yield wrong("SLACK_CHANNEL", f"#{found['name']} is archived", "Choose another channel.")
    elif not found.get("is_member"):
        yield wrong("SLACK_CHANNEL", f"the bot is not in #{found['name']}", INVITE)
    else:
        yield ok("SLACK_CHANNEL", f"#{found['name']}, and the bot is in it")
    if found.get("is_ext_shared"):
        shared = f"#{found['name']} is shared with another organisation, which sees customers' names"
        yield warning("SLACK_CHANNEL", shared, "Use a channel of your own workspace.")


def _check_team(client: WebClient, settings: Settings) -> Iterator[Finding]:
    if settings.slack_operators:
        for user_id in settings.slack_operators:
            yield _check_operator(client, user_id)
    elif settings.slack_user_group:
        yield _check_group(client, settings.slack_user_group)
    else:
        yield ok("who may act", "the members of the channel")


def _check_operator(client: WebClient, user_id: str) -> Finding:
    try:
        user: dict[str, Any] = client.users_info(user=user_id)["user"]
    except SlackApiError as e:
        return wrong("SLACK_OPERATORS", f"{user_id} cannot be looked up: {_code(e)}", "Check the id.")
    if user.get("deleted") or user.get("is_bot") or user.get("is_restricted") or user.get("is_stranger"):
        return wrong("SLACK_OPERATORS", f"{user_id} is no active full member", "Take the id out of the list.")
    return ok("SLACK_OPERATORS", f"{user.get('real_name') or user_id} may act")


def _check_group(client: WebClient, group: str) -> Finding:
    try:
        users: list[str] = client.usergroups_users_list(usergroup=group)["users"]
    except SlackApiError as e:
        return wrong(
            "SLACK_USER_GROUP", f"cannot be read: {_code(e)}", "Check the id; groups need a paid plan."
        )
    if not users:
        return wrong("SLACK_USER_GROUP", "is empty, so nobody may act", "Add the returns team to the group.")
    return ok("SLACK_USER_GROUP", f"{len(users)} people may act")


def _check_socket(client: WebClient, settings: Settings) -> Iterator[Finding]:
    if not settings.socket_mode:
        return
    try:
        client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as e:
        advice = "Make an app-level token with the scope connections:write, and switch Socket Mode on."
        yield wrong("SLACK_APP_TOKEN", f"no socket: {_code(e)}", advice)
        return
    yield ok("SLACK_APP_TOKEN", "Socket Mode can be opened")


def _code(e: SlackApiError) -> str:
    return str(e.response.get("error", "unknown"))
