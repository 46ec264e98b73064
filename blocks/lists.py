"""Lists of returns: a line for each, how many there are, and the way to the pages beside this one."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blocks import ids
from blocks.card import card_blocks
from blocks.forms import notice
from blocks.kit import Block, View, button, code, context, fit, inert, link, modal, plain, section
from bot.i18n import N_, Words
from bot.rules.alert import Level
from bot.rules.case import ReturnCase
from bot.rules.listing import Count, Line, Page
from store.terms import OPEN_STATUSES, Wish

SIGNS = {Level.RED: ":octagonal_sign:", Level.AMBER: ":warning:"}
# What a card says that a line has to say, too, the worst first: by the name of the alert.
SAID = {
    "disputed": N_("*payment disputed*"),
    "refund_overdue": N_("*refund overdue*"),
    "needs_person": N_("*somebody has to look*"),
    "exchange_stuck": N_("*somebody has to look*"),
    "answer_unknown": N_("checking with the shop"),
    "exchange_checking": N_("checking with the shop"),
    "difference_unpaid": N_("difference not paid yet"),
    "question_pending": N_("the customer was asked"),
    "sending": N_("being sent"),
}


def list_message(
    page: Page, text: str, words: Words, now: datetime, share: str | None = None
) -> dict[str, Any]:
    """The answer to a search: the page as a message, with buttons that turn it.

    ``share`` is the cursor of this page where it can be shown to the channel.
    """
    if not page.lines:
        found = words("Nothing found for “{text}”.", text=inert(text, 60))
        return {"text": found if text else words("No return is open.")}
    head = how_many(page.count, words)
    turning = turn_buttons(page, words, ids.LIST_PAGE, text)
    buttons = [] if share is None else [_share(share, text, words)]
    rest = _with(buttons, turning)
    blocks = [context(head), *(line_block(line, words, now) for line in page.lines), *rest]
    return {"text": head, "blocks": blocks}


def shared_message(page: Page, text: str, by: str, words: Words, now: datetime) -> dict[str, Any]:
    """The same for everybody in a channel: who shares what, and nothing to press but the returns."""
    said = words("<@{user}> shares {search}", user=by, search=asked_for(text, words))
    head = f"{said}  ·  {how_many(page.count, words)}"
    last = [context(where(page, words))] if page.newer or page.older else []
    return {
        "text": head,
        "blocks": [context(head), *(line_block(one, words, now) for one in page.lines), *last],
    }


def _share(cursor: str, text: str, words: Words) -> Block:
    confirm = {
        "title": plain(words("Share this list?"), 100),
        "text": plain(words("Everybody in the channel will see the names of these customers."), 300),
        "confirm": plain(words("Share"), 30),
        "deny": plain(words("Back"), 30),
    }
    return button(words("Share"), ids.SHARE, json.dumps([cursor, text]), confirm=confirm)


def _with(buttons: list[Block], turning: list[Block]) -> list[Block]:
    """The row that turns pages with these buttons at its end, or a row of their own."""
    if not turning or not buttons:
        return turning or [{"type": "actions", "block_id": "pages", "elements": buttons}][: len(buttons)]
    row, *rest = turning
    return [{**row, "elements": [*row["elements"], *buttons]}, *rest]


def found_modal(page: Page, text: str, words: Words, now: datetime) -> View:
    """What a message mentions, as a modal."""
    if not page.lines:
        return notice(words("Returns"), words("Nothing found for “{text}”.", text=fit(text, 60)), words)
    lines = [line_block(line, words, now) for line in page.lines]
    return modal(words("Returns"), lines, callback_id=ids.NOTICE, close=words("Close"))


def line_block(line: Line, words: Words, now: datetime) -> Block:
    """One return in two lines: a sign if it is bad, who and how much; what, where it stands, whose it is."""
    sign = SIGNS.get(line.level, "") if line.status in OPEN_STATUSES else ""
    head = f"{sign} *{line.number}*  {inert(line.customer, 60)}".strip()
    first = [head, f"#{inert(line.order_number, 30)}", _about(line, words)]
    second = [_goods(line, words), _said(line, words), *_stands(line, words, now)]
    text = "  ·  ".join(filter(None, first)) + "\n" + "  ·  ".join(filter(None, second))
    more: Block = {"url": line.card_url} if line.card_url else {}
    press = button(words("Open"), ids.OPEN_CARD, f"{line.return_id}:{line.version}", **more)
    return section(text, f"found:{line.return_id}", accessory=press)


def shown_return(case: ReturnCase, card_url: str, words: Words) -> View:
    """A return whose card the person cannot be led to, in a modal, with what is needed now.

    Slack stacks three modals, and what stands one click further would be a fourth: that is on the card alone.
    """
    *told, buttons = card_blocks(case, words)
    kept = [one for one in buttons["elements"] if one["action_id"] != ids.MORE]
    acts = [{**buttons, "elements": kept}] if kept else []
    where = (
        link(card_url, words("Everything else is on its card."))
        if card_url
        else words("Everything else will be on its card, which is on the way to the channel.")
    )
    return modal(
        case.number,
        [*told, *acts, context(where)],
        callback_id=ids.SHOWN_RETURN,
        close=words("Close"),
        place=f"{case.return_id}:{case.version}",
    )


def turn_buttons(page: Page, words: Words, action_id: str, text: str = "") -> list[Block]:
    """Newer and older, where there are any, and which of how many these are; nothing for a single page."""
    ways = (("newer", page.newer, words("‹ Newer")), ("older", page.older, words("Older ›")))
    buttons = [
        button(label, f"{action_id}:{way}", json.dumps([cursor, text]))
        for way, cursor, label in ways
        if cursor
    ]
    if not buttons:
        return []
    return [{"type": "actions", "block_id": "pages", "elements": buttons}, context(where(page, words))]


def where(page: Page, words: Words) -> str:
    """Which of how many these are."""
    last = page.first + len(page.lines) - 1
    return words("{first}–{last} of {count}", first=page.first, last=last, count=number_of(page.count))


def number_of(count: Count) -> str:
    """The number, with a sign where there may be more."""
    return f"{count.number}" if count.is_exact else f"{count.number}+"


def how_many(count: Count, words: Words) -> str:
    """How many returns there are."""
    if not count.is_exact:
        return words("More than {count} returns", count=count.number)
    return words.plural("{count} return", "{count} returns", count.number)


def asked_for(search: str, words: Words) -> str:
    """What a list was asked for, as it can be typed."""
    return code(search, 100) if search else words("open returns, those waiting for an answer first")


def _about(line: Line, words: Words) -> str:
    wish = words.term(line.wish)
    return wish if line.wish is Wish.EXCHANGE else f"{wish} {words.money(line.amount)}"


def _goods(line: Line, words: Words) -> str:
    goods = inert(line.goods, 50)
    return words("{item} and {count} more", item=goods, count=line.others) if line.others else goods


def _said(line: Line, words: Words) -> str:
    return next((words(said) for name, said in SAID.items() if name in line.alerts), "")


def _stands(line: Line, words: Words, now: datetime) -> Sequence[str]:
    """Where it stands; of what is open also since when the customer or the parcel waits, and whose it is."""
    if line.status not in OPEN_STATUSES:
        return [_needs_answer(line, words, now), words.term(line.status)]
    waits = words.span((now - (line.received_at or line.opened_at)).total_seconds())
    owner = f"<@{line.owner}>" if line.owner else words("nobody")
    return [_needs_answer(line, words, now), words.term(line.status), waits, owner]


def _needs_answer(line: Line, words: Words, now: datetime) -> str:
    if line.unanswered_since is None:
        return ""
    return words("*needs an answer*, {span}", span=words.span((now - line.unanswered_since).total_seconds()))
