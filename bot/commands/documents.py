"""The settings as documents: ``.env.example`` and the table of the README, both from ``Settings``."""

from collections.abc import Iterator
from typing import Any

from bot.config import Settings

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("The desk", "database_url", "quiet_hours"),
    ("Mail", "mail_server", "mail_from"),
    ("Photos", "photo_folder", "photo_gigabytes"),
    ("Slack", "slack_bot_token", "slack_api_url"),
    ("The shop", "woocommerce_url", "poll_seconds"),
    ("Stripe", "stripe_api_key", "stripe_api_base"),
    ("Rules", "window_days", "return_number_start"),
    ("Other doors", "intake_secret", "intake_secret"),
)
"""Heading, first and last setting of each section, in the order of ``Settings``."""

START, END = "<!-- settings -->", "<!-- end of settings -->"


def sections() -> Iterator[tuple[str, list[str]]]:
    """The headings and the names of the settings below each."""
    names = list(Settings.model_fields)
    for heading, first, last in SECTIONS:
        yield heading, names[names.index(first) : names.index(last) + 1]


def env_example() -> str:
    """The text of ``.env.example``: every setting with its default, commented out when it has none."""
    lines = ["# Copy to .env and fill in. Empty means not set. `python -m bot doctor` names what is wrong."]
    for heading, names in sections():
        lines += ["", f"# --- {heading} ---"]
        for name in names:
            field = Settings.model_fields[name]
            lines += [f"# {field.description}", f"{name.upper()}={shown(field.default)}"]
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """The table of settings for the README, in Markdown."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    for _, names in sections():
        for name in names:
            field = Settings.model_fields[name]
            default = f"`{shown(field.default)}`" if shown(field.default) else ""
            lines.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def with_settings(readme: str) -> str:
    """The README with the table between its marks brought up to date."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{settings_table()}\n{END}{after}"


def shown(default: Any) -> str:
    """A default as one would type it."""
    if hasattr(default, "get_secret_value") or default is None or default == ():
        return ""
    if hasattr(default, "strftime"):
        return str(default.strftime("%H:%M"))
    return str(default)
