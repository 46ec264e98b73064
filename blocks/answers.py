"""What one person is told: what was found, how the command works, what went wrong."""

from collections.abc import Sequence

from blocks import ids
from blocks.alerts import mention
from blocks.card import due
from blocks.kit import Block, button, context, inert, section
from bot.i18n import Words
from bot.rules.case import ReturnCase
from store.terms import Wish


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
    """One return in a list: who, how much, where it stands, whose it is."""
    name, number = inert(case.order.buyer.name, 60), inert(case.order.number, 30)
    what = words.term(Wish.EXCHANGE) if case.exchange_stands else words.money(due(case))
    first = f"*{case.number}*  {name}  ·  #{number}  ·  {what}"
    owner = mention(case.owner) or words("nobody")
    waits = words.span((case.as_of - case.opened_at).total_seconds())
    second = f"{words.term(case.status)}  ·  {waits}  ·  {owner}"
    more: Block = {"url": card_url} if card_url else {}
    press = button(words("Open"), ids.OPEN_CARD, f"{case.return_id}:{case.version}", **more)
    return section(f"{first}\n{second}", f"found:{case.return_id}", accessory=press)
