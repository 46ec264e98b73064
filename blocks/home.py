"""App Home: how many returns stand where, and the newest open ones."""

from collections.abc import Mapping, Sequence

from blocks.answers import found_line
from blocks.differences import how_many_open
from blocks.kit import View, context, divider, header, section
from bot.i18n import Words
from bot.rules.case import ReturnCase
from store.terms import OPEN_STATUSES, ReturnStatus


def home(
    counts: Mapping[ReturnStatus, int],
    cases: Sequence[tuple[ReturnCase, str]],
    words: Words,
    *,
    refusal: str = "",
    differences: int = 0,
) -> View:
    """The tab of one person; who may not decide on returns is told so instead."""
    blocks = [header(words("Returns"))]
    if refusal:
        return {"type": "home", "blocks": [*blocks, section(words(refusal))]}
    told = [f"*{counts[status]}*  {words.term(status)}" for status in OPEN_STATUSES if counts.get(status)]
    if differences:
        blocks.append(section(how_many_open(differences, words), "differences"))
    if told:
        blocks += [section("  ·  ".join(told), "counts"), divider()]
    blocks += [found_line(case, url, words) for case, url in cases]
    if not cases:
        blocks.append(section(words("No return is open.")))
    blocks.append(
        context(words("Type /returns followed by a number, an order or an e-mail to find any return."))
    )
    return {"type": "home", "blocks": blocks}
