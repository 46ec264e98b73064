"""The message about returns that nobody has taken and whose time is running out, or over."""

from collections.abc import Sequence

from blocks import alerts
from blocks.kit import FALLBACK, fit_marked, inert, link, section
from bot.i18n import Words
from bot.rules.case import ReturnCase


def overtime(waiting: Sequence[tuple[ReturnCase, str]], count: int, words: Words) -> dict[str, object]:
    """Each return with its card's address, what is to be done and by when; ``count`` is how many in all."""
    title = words.plural(
        "{count} return that nobody has taken waits.", "{count} returns that nobody has taken wait.", count
    )
    lines = [_line(case, address, words) for case, address in waiting]
    if count > len(lines):
        lines.append(words("And {count} more: /returns unclaimed", count=count - len(lines)))
    blocks = [section(f":hourglass_flowing_sand: *{title}*", "title"), section("\n".join(lines), "returns")]
    return {"text": fit_marked(title, FALLBACK), "blocks": blocks}


def _line(case: ReturnCase, address: str, words: Words) -> str:
    assert case.clock is not None
    number = link(address, case.number) if address else case.number
    over = case.clock.is_over(case.as_of)
    said = alerts.clock_words(case.clock.turn, case.clock.due_at, words, over=over)
    return " · ".join(filter(None, (f"*{number}*", inert(case.order.buyer.name, 60), " ".join(said))))
