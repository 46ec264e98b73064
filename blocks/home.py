"""App Home, the command centre: everybody's views with their counts, filters, and the list itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

from blocks import ids
from blocks.differences import how_many_open
from blocks.kit import (
    Block,
    View,
    button,
    chosen,
    context,
    divider,
    field,
    header,
    hour,
    modal,
    option,
    plain,
    section,
    text_input,
)
from blocks.lists import asked_for, how_many, line_block, number_of, turn_buttons
from bot.i18n import N_, Words
from bot.rules import views
from bot.rules.listing import HomePage
from bot.rules.views import EVERYBODYS, OFFERED, Filter

ANY, BETWEEN = "any", "between"  # values of menus that are no words of a search
MOST_CAMPAIGNS = 50
NOTHING_FOUND = N_("No return is like this.")
HINTS: Mapping[Filter, str] = {
    Filter.STATE: N_("State"),
    Filter.WISH: N_("Wish"),
    Filter.OWNER: N_("Owner"),
    Filter.ALERT: N_("Alert"),
    Filter.PERIOD: N_("Period"),
}
LABELS: Mapping[str, str] = {
    "open": N_("All open"),
    "pending": N_("New"),
    "approved": N_("Approved"),
    "transit": N_("On its way"),
    "received": N_("Received"),
    "settled": N_("Settled"),
    "rejected": N_("Rejected"),
    "cancelled": N_("Cancelled"),
    "expired": N_("Expired"),
    "closed": N_("All closed"),
    "refund": N_("Refund"),
    "credit": N_("Store credit"),
    "exchange": N_("Exchange"),
    "mine": N_("Mine"),
    "unclaimed": N_("Unclaimed"),
    "overdue": N_("Refund overdue"),
    "unanswered": N_("Customer waits for an answer"),
    "unpaid": N_("Difference not paid"),
    "asked": N_("Customer was asked"),
    "late": N_("After the deadline"),
    "extended": N_("Extended deadline"),
    "disputed": N_("Payment disputed"),
    "slow": N_("Time running out"),
    "checking": N_("Outcome not known yet"),
    "period today": N_("Today"),
    "period yesterday": N_("Yesterday"),
    "period week": N_("This week"),
    "period month": N_("This month"),
}


def home(
    shown: HomePage | None,
    words: Words,
    *,
    now: datetime,
    campaigns: Sequence[str] = (),
    refusal: str = "",
    differences: int = 0,
) -> View:
    """The tab of one person; who may not decide on returns is told so instead."""
    blocks = [header(words("Returns"))]
    if shown is None:
        return {"type": "home", "blocks": [*blocks, section(words(refusal))]}
    if differences:
        blocks.append(section(how_many_open(differences, words), "differences"))
    blocks += [_views(shown, words), _menus(shown, campaigns, words), _tools(shown, words), divider()]
    updated = words("updated {time}", time=hour(now, words))
    summary = [asked_for(shown.search, words), how_many(shown.page.count, words), updated]
    blocks.append(context("  ·  ".join(summary)))
    blocks += [line_block(line, words, now) for line in shown.page.lines]
    if not shown.page.lines:
        blocks.append(section(words(NOTHING_FOUND if shown.search else "No return is open.")))
    blocks += turn_buttons(shown.page, words, ids.HOME_PAGE)
    return {"type": "home", "blocks": blocks}


def search_form(search: str, kept: Sequence[views.View], words: Words) -> View:
    """The modal that takes a search, a name to keep it by, and kept ones to let go."""
    hint = words("Number, order, name, e-mail, SKU, pending, >50, period 2026-11-20..2026-11-30")
    look = text_input(search, longest=200, hint=hint)
    blocks = [
        field(words("Search"), ids.TEXT, look, optional=True),
        field(words("Keep it by this name"), ids.NAME, text_input(longest=40), optional=True),
    ]
    if kept:
        options = [option(view.name, view.name, view.search) for view in kept]
        menu: Block = {"type": "multi_static_select", "options": options}
        blocks.append(field(words("Keep no longer"), ids.FORGET, menu, optional=True))
    return modal(
        words("Find returns"),
        blocks,
        callback_id=ids.HOME_SEARCH,
        close=words("Back"),
        submit=words("Show"),
    )


def days_form(today: date, words: Words) -> View:
    """The modal that takes the first and the last day of a period."""
    first = {"type": "datepicker", "initial_date": today.replace(day=1).isoformat()}
    last = {"type": "datepicker", "initial_date": today.isoformat()}
    blocks = [
        field(words("Opened on or after"), ids.FIRST_DAY, first),
        field(words("and until"), ids.LAST_DAY, last),
    ]
    return modal(
        words("Period"), blocks, callback_id=ids.HOME_DAYS, close=words("Back"), submit=words("Show")
    )


def _views(shown: HomePage, words: Words) -> Block:
    """The one that is looked at stands out; overdue returns do, too."""
    elements = []
    for place, (view, count) in enumerate(zip(EVERYBODYS, shown.counts, strict=True)):
        text = f"{words(view.name)} {number_of(count)}"
        more = {"style": "primary"} if view.search == shown.search else _alarm(view, count.number)
        elements.append(button(text, f"{ids.HOME_VIEW}:{place}", view.search, **more))
    return {"type": "actions", "block_id": "views", "elements": elements}


def _alarm(view: views.View, number: int) -> dict[str, str]:
    return {"style": "danger"} if view.search == "overdue" and number else {}


def _menus(shown: HomePage, campaigns: Sequence[str], words: Words) -> Block:
    elements = [_menu(which, shown.search, campaigns, words) for which in Filter]
    return {"type": "actions", "block_id": _place("menus", shown), "elements": elements}


def _menu(which: Filter, search: str, campaigns: Sequence[str], words: Words) -> Block:
    options = [option(words(LABELS[value]), value) for value in OFFERED[which]]
    if which is Filter.PERIOD:
        options += [option(name, f"period {name}") for name in campaigns[:MOST_CAMPAIGNS]]
        options.append(option(words("Between two days…"), BETWEEN))
    options.append(option(words("Any"), ANY))
    menu = chosen("static_select", options, views.chosen(search, which))
    hint = plain(words(HINTS[which]), 150)
    return {**menu, "placeholder": hint, "action_id": f"{ids.HOME_FILTER}:{which.value}"}


def _tools(shown: HomePage, words: Words) -> Block:
    elements: list[Block] = [button(words("Search…"), ids.HOME_SEARCH)]
    if shown.search:
        elements.append(button(words("Show all"), f"{ids.HOME_VIEW}:all"))
    elements.append(button(words("Refresh"), ids.HOME_REFRESH))
    if shown.views:
        options = [option(view.name, str(place), view.search) for place, view in enumerate(shown.views)]
        looked = next((str(n) for n, view in enumerate(shown.views) if view.search == shown.search), "")
        menu = chosen("static_select", options, looked)
        elements.append({**menu, "placeholder": plain(words("My searches"), 150), "action_id": ids.HOME_KEPT})
    return {"type": "actions", "block_id": _place("tools", shown), "elements": elements}


def _place(name: str, shown: HomePage) -> str:
    """Slack keeps what was chosen in a menu as long as its block has the same id, whatever is drawn anew."""
    looked = "\n".join([shown.search, *(view.name for view in shown.views)])
    return f"{name}:{sha256(looked.encode()).hexdigest()[:8]}"
