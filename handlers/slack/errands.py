"""What the worker does for a person who waits: read an order into a form, move a deadline."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from slack_sdk import WebClient

from blocks.forms import new_return, notice
from blocks.kit import sentence
from bot.desk import Desk, decisions
from bot.desk.access import Operator, find_operator
from bot.desk.intake import deadline, returnable
from bot.desk.orders import read_order
from bot.errors import DeskError, GatewayError
from bot.i18n import Words
from bot.operations import Task
from handlers.slack.calls import called
from handlers.slack.posts import answer_in


def fill_new_return(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.new_return``: read the order, and fill the form that is open already."""
    words = _words(desk, find_operator(desk, task.payload["user"]))
    view = _new_return(desk, str(task.payload["order"]), words)
    called(client.views_update, view_id=task.payload["view_id"], view=view)
    return {"order": task.payload["order"]}


def extend(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``desk.extend``: read the order, move its deadline, and tell the person."""
    by = find_operator(desk, task.payload["user"])
    words, end = _words(desk, by), date.fromisoformat(task.payload["end"])
    try:
        order = read_order(desk, task.payload["order"])
        decisions.extend(desk, order.order_id, by, end, task.payload["reason"])
        said = words("The return deadline of order {order} is {date} now.", order=order.number, date=end)
    except DeskError as e:
        said = sentence(words, e.message, e.values)
    answer_in(client, task.payload["channel"], by.user_id, {"text": said})
    return {"end": end.isoformat()}


def _new_return(desk: Desk, number: str, words: Words) -> Mapping[str, Any]:
    try:
        order = read_order(desk, number)
    except DeskError as e:
        return notice(words("New return"), words(e.message, **e.values), words)
    except GatewayError:
        return notice(words("New return"), words("The shop does not answer. Try again in a minute."), words)
    end = deadline(desk, order)
    ended = end.date() if end is not None and end < desk.now() else None
    return new_return(order, dict(returnable(desk, order)), words, ended=ended)


def _words(desk: Desk, operator: Operator) -> Words:
    return Words(operator.language, desk.settings.timezone)
