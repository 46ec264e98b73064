"""The addresses of messages: put together from the workspace's own, which is looked up with the people.

Slack would tell each one, at the price of a call for every card. The form is that of its own answers.
"""

import logging

from slack_sdk import WebClient

from bot.desk import Desk
from bot.errors import GatewayError
from handlers.slack.calls import called
from store import marks
from store.db import reading, writing

log = logging.getLogger(__name__)
WORKSPACE = "slack.workspace"  # the mark that keeps the workspace's address


def keep_workspace(desk: Desk, told: str) -> None:
    """Keep the address of the workspace as Slack told it."""
    with reading(desk.engine) as session:
        known = marks.read(session, WORKSPACE)
    if told.startswith("https://") and told != known:
        with writing(desk.engine) as session:
            marks.write(session, WORKSPACE, told)


def address_of(desk: Desk, client: WebClient, channel: str, ts: str) -> str:
    """Where the message can be opened. It is a convenience: empty where nobody can say it now."""
    with reading(desk.engine) as session:
        workspace = marks.read(session, WORKSPACE)
    if workspace:
        return f"{workspace.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
    try:
        return str(called(client.chat_getPermalink, channel=channel, message_ts=ts)["permalink"])
    except GatewayError as e:
        log.info("no address for a message: %s", e.detail)
        return ""
