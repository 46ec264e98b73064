"""/returns and its words. A word that is none of them is looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from blocks.answers import help_text
from blocks.forms import loading
from blocks.lists import list_message
from bot.desk import lists
from bot.desk.access import require
from bot.desk.changes import an_operation
from bot.desk.reports import asked_of
from bot.errors import InvalidInput
from bot.i18n import N_
from handlers.slack.click import Answer, Click
from handlers.slack.digest import SHOW
from handlers.slack.report import REPORT
from store import journal
from store.db import writing

EXTEND, NEW = "desk.extend", "slack.new_return"


@dataclass(frozen=True)
class Word:
    """A word of the command: what follows it, what it is for, and who listens."""

    name: str
    usage: str
    about: str
    listener: Callable[[Click, str], Answer]


def returns(click: Click) -> Answer:
    """/returns: the first word says what to do with the rest."""
    text = " ".join(str(click.body.get("text", "")).replace("“", '"').replace("”", '"').split())
    first, _, rest = text.partition(" ")
    word = next((word for word in WORDS if word.name == first.lower()), None)
    return word.listener(click, rest) if word else look_up(click, text)


def look_up(click: Click, text: str) -> Answer:
    """The returns with this return or order number or e-mail; without text, the open ones."""
    require(click.operator)
    page = lists.page(click.desk, text, click.operator.user_id)
    message = list_message(page, text, click.words, click.desk.now(), share="")
    return {"response_type": "ephemeral", **message}


def help_(click: Click, _rest: str) -> Answer:
    """What the command can do."""
    rows = tuple((f"/returns {word.name} {word.usage}".strip(), word.about) for word in WORDS)
    return {"response_type": "ephemeral", "text": help_text(rows, click.words)}


def new(click: Click, rest: str) -> Answer:
    """Open the form for a return of an order; the order is read while the form already shows."""
    require(click.operator)
    if not rest.strip():
        raise InvalidInput("Name the order, for example: /returns new 5567")
    opened = click.open(loading(rest.strip(), click.words))
    payload = {"view_id": opened["id"], "order": rest.strip(), "user": click.operator.user_id}
    _plan(click, NEW, payload)
    return None


def extend(click: Click, rest: str) -> Answer:
    """Move a deadline: /returns extend <order> <days or date> <reason>. The answer comes by itself."""
    require(click.operator)
    order, _, more = rest.strip().partition(" ")
    until, _, reason = more.strip().partition(" ")
    if not (order and until and reason.strip()):
        raise InvalidInput("Say which order, how many days and why: /returns extend 5567 15 parcel lost once")
    end = parse_end(until, click.desk.now().astimezone(click.words.timezone).date())
    payload = {"order": order.lstrip("#"), "end": end.isoformat(), "reason": reason.strip()}
    _plan(click, EXTEND, {**payload, "user": click.operator.user_id, "channel": click.channel})
    return {
        "response_type": "ephemeral",
        "text": click.words("Moving the deadline of order {order}…", order=order),
    }


def digest(click: Click, _rest: str) -> Answer:
    """What waits for somebody now, for the person who asks. The answer comes by itself."""
    require(click.operator)
    _plan(click, SHOW, {"user": click.operator.user_id, "channel": click.channel})
    return {"response_type": "ephemeral", "text": click.words("Looking what waits…")}


def report(click: Click, rest: str) -> Answer:
    """What a period brought, for the person who asks. The answer comes by itself."""
    require(click.operator)
    asked_of(click.desk, rest)
    _plan(click, REPORT, {"user": click.operator.user_id, "channel": click.channel, "text": rest})
    return {"response_type": "ephemeral", "text": click.words("Adding up…")}


def parse_end(text: str, today: date) -> date:
    """A date such as 2026-12-12, or that many days from today. Raises InvalidInput."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= 366:
        return today + timedelta(days=int(text))
    try:
        end = date.fromisoformat(text)
    except ValueError as e:
        raise InvalidInput(
            "“{text}” is neither a number of days nor a date like 2026-12-31.", text=text
        ) from e
    if not today <= end <= today + timedelta(days=366):
        raise InvalidInput("The new deadline must lie between today and a year from now.")
    return end


def _plan(click: Click, kind: str, payload: dict[str, str]) -> None:
    key = f"{kind}/{click.delivery}"
    operation = an_operation(key, kind, f"slack:{kind}", payload, now=click.desk.now(), urgency=0)
    with writing(click.desk.engine) as session:
        journal.plan(session, operation)


WORDS = (
    Word("new", "5567", N_("open a return for an order"), new),
    Word("extend", "5567 15 reason…", N_("move an order's return deadline by days, or to a date"), extend),
    Word("digest", "", N_("show what waits for somebody now"), digest),
    Word("report", "month", N_("tell what a week, a month or a campaign brought"), report),
    Word("help", "", N_("show this"), help_),
)
