"""A report in Slack, for the person who asks for it."""

from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient

from blocks.report import report
from bot.desk import Desk
from bot.desk.access import find_operator, require
from bot.desk.reports import asked_of, load_report
from bot.i18n import Words
from bot.operations import Task
from handlers.slack.posts import answer_in

REPORT = "slack.show_report"


def show_report(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.show_report``: the numbers as they are now, in the language of who asked.

    Raises NotAllowed where that person may no longer act.
    """
    by = find_operator(desk, task.payload["user"])
    require(by)
    words = Words(by.language, desk.settings.timezone)
    numbers = load_report(desk, asked_of(desk, task.payload["text"]))
    answer_in(client, task.payload["channel"], by.user_id, report(numbers, words))
    return {"user": by.user_id}
