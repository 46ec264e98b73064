"""What one person is told: what was found, how the command works, what went wrong."""

from collections.abc import Sequence

from blocks import ids
from blocks.card import due, money_under_way, standing, waits
from blocks.kit import Block, button, context, inert, mention, section
from bot.i18n import Words
from bot.rules.alert import Level
from bot.rules.alerts import colour
from bot.rules.case import ReturnCase
from bot.rules.lifecycle import is_open
from store.terms import ResolutionStatus, ReturnStatus, Wish


def error_text(words: Words, reference: str) -> str:
    """The sentence for an error nobody foresaw, with what helps to find it."""
    return words(
        "Something went wrong on our side. Tell an admin the reference {reference}.", reference=reference
    )


def help_text(rows: Sequence[tuple[str, str]], words: Words) -> str:
    """What the command can do, a line each."""
    first = words(
        "`/returns` shows the open returns; `/returns` with a number, an order or an e-mail finds them."
    )
    return "\n".join([first, *[f"`{usage}`  {words(about)}" for usage, about in rows]])


def found_returns(cases: Sequence[tuple[ReturnCase, str]], text: str, words: Words) -> dict[str, object]:
    """The cases found, each in two lines; ``cases`` come with the addresses of their cards."""
    if not cases:
        said = (
            words("Nothing found for “{text}”.", text=inert(text, 60))
            if text
            else words("No return is open.")
        )
        return {"text": said}
    head = words.plural("{count} return", "{count} returns", len(cases))
    blocks = [context(head), *[found_line(case, url, words) for case, url in cases]]
    return {"text": head, "blocks": blocks}


def found_line(case: ReturnCase, card_url: str, words: Words) -> Block:
    """One return in a list: a sign if it is bad, who, how much, what, where it stands, whose it is."""
    name, number = inert(case.order.buyer.name, 60), inert(case.order.number, 30)
    head = f"{_sign(case)}*{case.number}*  {name}"
    first = [head, f"#{number}", _amount(case, words)]
    second = [_goods(case, words), *_where(case, words)]
    text = "  ·  ".join(filter(None, first)) + "\n" + "  ·  ".join(filter(None, second))
    more: Block = {"url": card_url} if card_url else {}
    press = button(words("Open"), ids.OPEN_CARD, f"{case.return_id}:{case.version}", **more)
    return section(text, f"found:{case.return_id}", accessory=press)


def _sign(case: ReturnCase) -> str:
    sign = SIGNS.get(colour(case), "")
    return f"{sign} " if sign else ""


def _amount(case: ReturnCase, words: Words) -> str:
    """What it is about; once it is over, what was paid."""
    if case.exchange_stands:
        return words.term(Wish.EXCHANGE)
    done = [one for one in case.resolutions if one.status is ResolutionStatus.DONE]
    if case.status is ReturnStatus.RESOLVED and done:
        return words.money(done[-1].credit or done[-1].amount)
    return words.money(due(case)) if is_open(case.status) else ""


def _goods(case: ReturnCase, words: Words) -> str:
    """The first line of goods, and how many more there are."""
    first = case.items[0] if case.items else None
    shown = f"{first.quantity} × {inert(first.name, 40)}" if first else ""
    more = len(case.items) - 1
    return shown if more < 1 else words("{item} and {count} more", item=shown, count=more)


def _where(case: ReturnCase, words: Words) -> list[str]:
    """What the customer waits for, and the status; of what is open also since when, and whose it is."""
    return [_needs_answer(case, words), *_stands(case, words)]


def _needs_answer(case: ReturnCase, words: Words) -> str:
    if case.unanswered_since is None:
        return ""
    span = words.span((case.as_of - case.unanswered_since).total_seconds())
    return words("*needs an answer*, {span}", span=span)


def _stands(case: ReturnCase, words: Words) -> list[str]:
    if not is_open(case.status):
        return [words.term(case.status)]
    if money_under_way(case):
        return [standing(case, words), mention(case.owner)]
    return [words.term(case.status), words.span(waits(case)), mention(case.owner) or words("nobody")]


SIGNS = {Level.RED: ":octagonal_sign:", Level.AMBER: ":warning:"}
