"""The list of the morning as one message: a group a paragraph, a return a line, the numbers below in grey.

It names people without mentioning them: a list for everybody calls nobody in particular.
"""

from collections.abc import Callable, Mapping, Sequence

from blocks import ids
from blocks.differences import LEADS
from blocks.kit import FALLBACK, Block, button, context, fit, fit_marked, header, inert, lines, link, section
from bot.i18n import N_, Words
from bot.rules.worklist import Fact, Group, Need, Numbers, Section, Worklist
from store.money import Money

LINE = 260  # characters: all groups full, Slack still takes the message

HEADS: Mapping[Group, str] = {
    Group.MONEY: N_("Money to be cleared up"),
    Group.OVERDUE: N_("Refund overdue"),
    Group.UNCLAIMED: N_("New and unclaimed"),
    Group.ARRIVED: N_("Arrived and undecided"),
    Group.UNPAID: N_("Difference unpaid for over 24 h"),
    Group.UNANSWERED: N_("Customer waits for an answer"),
    Group.ENDING: N_("Ends today"),
}
RED, AMBER, BLUE = ":red_circle:", ":large_orange_circle:", ":large_blue_circle:"
SIGNS: Mapping[Group, str] = {
    Group.MONEY: RED,
    Group.OVERDUE: RED,
    Group.UNCLAIMED: BLUE,
    Group.ARRIVED: AMBER,
    Group.UNPAID: AMBER,
    Group.UNANSWERED: AMBER,
    Group.ENDING: AMBER,
}
SEARCHES: Mapping[Group, str] = {  # what finds the rest of a group
    Group.MONEY: "checking",
    Group.OVERDUE: "overdue",
    Group.UNCLAIMED: "pending unclaimed",
    Group.ARRIVED: "received",
    Group.UNPAID: "unpaid",
    Group.UNANSWERED: "unanswered",
}


def digest(worklist: Worklist, words: Words) -> dict[str, object]:
    """The message, with a text for notifications and for what draws no blocks."""
    title = words("Returns on {date}", date=worklist.day)
    paragraphs = [_section(one, worklist, words) for one in worklist.sections]
    nothing = [] if paragraphs else [section(words("Nothing waits for you."), "nothing")]
    numbers = context(_numbers(worklist.numbers, words), block_id="numbers")
    return {
        "text": fit(" · ".join([title, *_counted(worklist.sections, words)]), FALLBACK),
        "blocks": [header(title), *paragraphs, *nothing, numbers, _buttons(worklist, words)],
    }


def _buttons(worklist: Worklist, words: Words) -> Block:
    """Lists that whoever presses sees alone: everything, what nobody has taken, and their own."""
    unclaimed = sum(one.count for one in worklist.sections if one.group is Group.UNCLAIMED)
    lists = [
        (words("Open the queue"), ""),
        *([(words("Unclaimed {count}", count=unclaimed), SEARCHES[Group.UNCLAIMED])] if unclaimed else []),
        (words("Mine"), "open mine"),
    ]
    pressed = [button(text, f"{ids.SHOW_LIST}:{place}", search) for place, (text, search) in enumerate(lists)]
    return {"type": "actions", "block_id": "lists", "elements": pressed}


def _counted(sections: Sequence[Section], words: Words) -> list[str]:
    return [f"{words(HEADS[one.group])} {one.count}" for one in sections]


def _section(one: Section, worklist: Worklist, words: Words) -> Block:
    head = f"{SIGNS[one.group]} *{words(HEADS[one.group])}*  {one.count}"
    rows = [_line(fact, worklist, words) for fact in one.lines]
    return section(lines(head, *rows, _more(one, words)), f"group:{one.group}")


def _more(one: Section, words: Words) -> str:
    if not one.more:
        return ""
    said = words("and {count} more", count=one.more)
    search = SEARCHES.get(one.group)
    return f"_{said}_  `/returns {search}`" if search else f"_{said}_"


def _line(fact: Fact, worklist: Worklist, words: Words) -> str:
    """One that waits: its number, which leads to its card, who, how much, why, and whose it is."""
    parts = [_lead(fact), _amount(fact.amount, words), _why(fact, worklist, words), _owner(fact)]
    return fit_marked("  ·  ".join(filter(None, parts)), LINE)


def _lead(fact: Fact) -> str:
    about = fact.difference
    order = f"#{inert(about.order_number, 30)}" if about is not None and about.order_number else ""
    label = inert(fact.number, 30) or order
    named = link(fact.address, label or "…") if fact.address else label
    return "  ".join(filter(None, [named, inert(fact.name, 40)]))


def _amount(amount: Money | None, words: Words) -> str:
    return words.money(amount) if amount else ""


def _owner(fact: Fact) -> str:
    return inert(fact.owner.name, 40) if fact.owner else ""


def _why(fact: Fact, worklist: Worklist, words: Words) -> str:
    if fact.difference is not None:
        return LEADS[fact.difference.kind](fact.difference, words)
    span = words.span(max(0.0, (worklist.as_of - fact.since).total_seconds()))
    return WHY[fact.need](fact, span, words)


def _numbers(numbers: Numbers, words: Words) -> str:
    """What is open, and what happened since the list before."""
    is_open = words.plural("{count} return open", "{count} returns open", numbers.open)
    opened = words.plural("{count} opened", "{count} opened", numbers.opened)
    settled = words.plural("{count} settled", "{count} settled", numbers.settled)
    amounts = [
        words("{amount} refunded", amount=_sum(numbers.refunded, words)) if numbers.refunded else "",
        words("{amount} kept as credit", amount=_sum(numbers.credit, words)) if numbers.credit else "",
        words("{amount} kept by exchange", amount=_sum(numbers.exchanged, words))
        if numbers.exchanged
        else "",
    ]
    happened = f"{_days(numbers, words)} {opened}, {settled}"
    return "  ·  ".join(filter(None, [is_open, happened, *amounts]))


def _days(numbers: Numbers, words: Words) -> str:
    if numbers.first == numbers.last:
        return words("Yesterday:")
    return words("{first} to {last}:", first=numbers.first, last=numbers.last)


def _sum(amounts: Sequence[Money], words: Words) -> str:
    return " + ".join(words.money(amount) for amount in amounts)


Why = Callable[[Fact, str, Words], str]

WHY: Mapping[Need, Why] = {
    Need.LOOK: lambda _f, span, words: words("a person has to look, {span}", span=span),
    Need.BANK_RETURNED: lambda _f, _span, words: words("the bank gave it back"),
    Need.CHECKING: lambda _f, span, words: words("checking for {span}", span=span),
    Need.OVERDUE: lambda fact, _span, words: words("was due on {date}", date=fact.day),
    Need.UNCLAIMED: lambda _f, span, _words: span,
    Need.ARRIVED: lambda _f, span, words: words("here for {span}", span=span),
    Need.LAPSED: lambda _f, _span, words: words("not paid in time, decide how it goes on"),
    Need.UNPAID: lambda _f, span, words: words("asked {span} ago", span=span),
    Need.UNANSWERED: lambda _f, span, words: words("for {span}", span=span),
    Need.REFUND_TODAY: lambda _f, _span, words: words("refund due today"),
    Need.WINDOW_TODAY: lambda _f, _span, words: words("window ends today, not sent yet"),
}
