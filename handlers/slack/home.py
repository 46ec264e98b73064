"""App Home: what is pressed, chosen and typed there is remembered, and the worker draws it anew."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from slack_sdk import WebClient

from blocks import ids
from blocks.home import ANY, BETWEEN, days_form, home, search_form
from bot.desk import Desk, homes
from bot.desk.access import find_operator, require
from bot.desk.changes import an_operation
from bot.desk.reconciliation_rows import count_open
from bot.errors import InvalidInput
from bot.i18n import Words
from bot.operations import Task
from bot.rules.views import EVERYBODYS, Filter
from handlers.slack.calls import called
from handlers.slack.click import Answer, Click, is_count
from handlers.slack.lists import cursor_of
from store import journal
from store.db import writing

HOME = "slack.home"


def publish_home(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.home``: draw the person's home as things stand now."""
    by = find_operator(desk, task.payload["user"])
    shown = None if by.refusal else homes.load_home(desk, by)
    campaigns = [name for name, _first, _last in desk.settings.campaigns]
    view = home(
        shown,
        Words(by.language, desk.settings.timezone),
        now=desk.now(),
        campaigns=campaigns,
        refusal=by.refusal,
        differences=count_open(desk),
    )
    called(client.views_publish, user_id=by.user_id, view=view)
    return {"user": by.user_id}


def plan_home(click: Click) -> Answer:
    """Want the person's home drawn."""
    user = click.operator.user_id
    operation = an_operation(
        f"home/{user}", HOME, "slack:home", {"user": user}, now=click.desk.now(), urgency=1
    )
    with writing(click.desk.engine) as session:
        journal.plan_again(session, operation)
    return None


def look_at(click: Click) -> Answer:
    """One of everybody's views, or everything."""
    homes.look_at(click.desk, click.operator, click.value)
    return plan_home(click)


def look_at_kept(click: Click) -> Answer:
    """One of the person's own searches."""
    views = homes.load_views(click.desk, click.operator)
    place = int(click.value) if is_count(click.value) else len(views)
    if place < len(views):
        homes.look_at(click.desk, click.operator, views[place].search)
    return plan_home(click)


def narrow(click: Click, which: Filter) -> Answer:
    """Something was chosen in one of the menus."""
    if click.value == BETWEEN:
        require(click.operator)
        return click.show(days_form(_today(click), click.words))
    homes.narrow(click.desk, click.operator, which, "" if click.value == ANY else click.value)
    return plan_home(click)


def turn(click: Click) -> Answer:
    """Another page."""
    homes.turn(click.desk, click.operator, cursor_of(click)[0])
    return plan_home(click)


def ask_search(click: Click) -> Answer:
    """Open the search with what is looked at now."""
    search, views = homes.load_search(click.desk, click.operator)
    return click.show(search_form(search, views, click.words))


def search(click: Click) -> Answer:
    """Look at what was typed, and keep or let go what was named."""
    desk, by, text = click.desk, click.operator, click.typed(ids.TEXT)
    chosen = click.input(ids.FORGET).get("selected_options") or ()
    homes.forget_views(desk, by, [str(one["value"]) for one in chosen])
    if click.typed(ids.NAME).strip():
        homes.keep_view(desk, by, click.typed(ids.NAME), text)
    homes.look_at(desk, by, text)
    return plan_home(click)


def show_days(click: Click) -> Answer:
    """Look at the returns of the days that were chosen."""
    first, last = _day(click, ids.FIRST_DAY), _day(click, ids.LAST_DAY)
    if last < first:
        raise InvalidInput("The last day lies before the first.", field=ids.LAST_DAY)
    homes.narrow(click.desk, click.operator, Filter.PERIOD, f"period {first}..{last}")
    return plan_home(click)


def _day(click: Click, name: str) -> date:
    try:
        return date.fromisoformat(str(click.input(name).get("selected_date")))
    except ValueError as e:
        raise InvalidInput("Choose a day.", field=name) from e


def _today(click: Click) -> date:
    return click.desk.now().astimezone(click.desk.settings.zone).date()


FILTERS: dict[str, Callable[[Click], Answer]] = {
    f"{ids.HOME_FILTER}:{which.value}": partial(narrow, which=which) for which in Filter
}
ACTIONS: dict[str, Callable[[Click], Answer]] = {
    **{f"{ids.HOME_VIEW}:{place}": look_at for place in (*range(len(EVERYBODYS)), "all")},
    **FILTERS,
    f"{ids.HOME_PAGE}:newer": turn,
    f"{ids.HOME_PAGE}:older": turn,
    ids.HOME_KEPT: look_at_kept,
    ids.HOME_SEARCH: ask_search,
    ids.HOME_REFRESH: plan_home,
}
SUBMISSIONS = {ids.HOME_SEARCH: search, ids.HOME_DAYS: show_days}
