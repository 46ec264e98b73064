"""What one person is told: what was found, how the command works, what went wrong."""

from collections.abc import Sequence

from bot.i18n import Words


def error_text(words: Words, reference: str) -> str:
    """The sentence for an error nobody foresaw, with what helps to find it."""
    return words(
        "Something went wrong on our side. Tell an admin the reference {reference}.", reference=reference
    )


def help_text(rows: Sequence[tuple[str, str]], words: Words) -> str:
    """What the command can do, a line each."""
    first = words(
        "`/returns` shows the open returns. With any part of a number, order, name, e-mail, telephone, SKU "
        "or tracking number it finds them."
    )
    filters = words(
        "Narrow it down: {examples}. Text in quotes is only looked for.",
        examples="`pending exchange`, `mine`, `unclaimed`, `overdue`, `>50`, `period 2026-11-20..2026-11-30`",
    )
    return "\n".join([first, filters, *[f"`{usage}`  {words(about)}" for usage, about in rows]])
