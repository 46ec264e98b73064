"""A report as one message: the numbers beside those of the period before, then reasons and products."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from blocks.kit import FALLBACK, Block, context, fit, header, inert, lines, section
from bot.i18n import N_, Words
from bot.rules.report import Basis, Report, Span, Sums, change, permille
from store.money import Money

NAME = 60  # characters of an article
CELLS = 10
NONE = "–"

BASES: Mapping[Basis, str] = {
    Basis.WORK: N_("Counted by the day on which it happened. `by orders` counts by the orders' days."),
    Basis.ORDER: N_("What became, until now, of the returns of orders placed in these days."),
}
Amounts = Callable[[Sums], Sequence[Money]]
KEPT: Sequence[tuple[str, Amounts]] = (
    (N_("Refunded"), lambda sums: sums.refunded),
    (N_("Kept as credit"), lambda sums: sums.credit),
    (N_("Kept by exchange"), lambda sums: sums.exchanged),
)


def report(one: Report, words: Words) -> dict[str, object]:
    """The message, with a text for notifications and for what draws no blocks."""
    title = words("Returns, {days}", days=_days(one.asked.span, words))
    rows = list(_rows(one, words))
    compared = words("Before: {days}.", days=_days(one.asked.before, words))
    blocks = [
        header(title),
        section(lines(*rows), "numbers"),
        *_paragraph("reasons", words("Units by reason"), _reasons(one, words)),
        *_paragraph("products", words("Units by article"), _products(one, words)),
        context(f"{compared} {words(BASES[one.asked.basis])} {_about_shares(one, words)}".strip()),
    ]
    return {
        "text": fit("\n".join([title, *(row.replace("*", "") for row in rows)]), FALLBACK),
        "blocks": blocks,
    }


def _rows(one: Report, words: Words) -> Iterator[str]:
    """A line for each number: what it is, then what it was before."""
    now, then = one.sums, one.before
    yield _counted(words("Returns opened"), now.opened, then.opened, words)
    yield _counted(words("Returns settled"), now.settled, then.settled, words)
    for label, of in KEPT:
        yield from _amounts(words(label), of(now), of(then), words)
    took, had_taken = (_took(sums.to_decision, words) for sums in (now, then))
    yield _row(words("Median time to decision"), took, had_taken, words)


def _counted(label: str, now: int, then: int, words: Words) -> str:
    return _row(label, f"{now}", f"{then}{_grown(now, then, words)}", words)


def _amounts(label: str, now: Sequence[Money], then: Sequence[Money], words: Words) -> Iterator[str]:
    """A line for each currency: they are never added up."""
    present, past = ({one.currency: one for one in amounts} for amounts in (now, then))
    for currency in sorted(present.keys() | past.keys()):
        zero = Money.zero(currency)
        one, other = present.get(currency, zero), past.get(currency, zero)
        said = f"{words.money(other)}{_grown(one.minor, other.minor, words)}"
        yield _row(label, words.money(one), said, words)


def _row(label: str, now: str, then: str, words: Words) -> str:
    return words("{label}  *{now}*  ·  before: {then}", label=label, now=now, then=then)


def _grown(now: int, then: int, words: Words) -> str:
    percent = change(now, then)
    said = words("{percent}%", percent=f"{percent:+d}") if percent else ""
    return f" ({said})" if said else ""


def _took(seconds: int | None, words: Words) -> str:
    return NONE if seconds is None else words.span(seconds)


def _paragraph(name: str, head: str, rows: Sequence[str]) -> list[Block]:
    return [section(lines(f"*{head}*", *rows), name)] if rows else []


def _reasons(one: Report, words: Words) -> list[str]:
    return [_share(words.term(reason), units, one.units, words) for reason, units in one.reasons]


def _products(one: Report, words: Words) -> list[str]:
    return [_share(inert(part.name, NAME), part.units, one.units, words) for part in one.products]


def _share(label: str, units: int, whole: int, words: Words) -> str:
    """A line with a bar of squares: read as well where no chart is drawn."""
    share = permille(units, whole)
    filled = (share * CELLS + 500) // 1000
    percent = words("{percent}%", percent=_percent(share, words))
    return f"`{'█' * filled}{'░' * (CELLS - filled)}`  {label}  ·  {units}  ·  {percent}"


def _percent(share: int, words: Words) -> str:
    mark = "," if words.language == "fr" else "."
    return f"{share // 10}{mark}{share % 10}"


def _about_shares(one: Report, words: Words) -> str:
    """What a share is, so that nobody takes it for a rate of what was sold."""
    return words("Shares are of the units announced to come back, not of those sold.") if one.units else ""


def _days(span: Span, words: Words) -> str:
    """The days with their year."""
    first, last = (words("{date} {year}", date=day, year=str(day.year)) for day in (span.first, span.last))
    return first if span.first == span.last else words("{first} to {last}", first=first, last=last)
