"""The shop's returns policy: read from the file the settings name, or made of the settings alone."""

from pathlib import Path

from bot.config import BadSettings, Settings
from bot.rules.eligibility import ReturnPolicy
from bot.rules.eligibility_file import BadPolicy, default_policy, parse_policy


def read_policy(settings: Settings) -> ReturnPolicy:
    """The policy of ``settings``. Raises BadSettings with a sentence for each problem of its file."""
    if not settings.return_policy:
        return default_policy(settings.window_days)
    try:
        text = Path(settings.return_policy).read_text(encoding="utf-8-sig")
        return parse_policy(text, days=settings.window_days)
    except OSError as e:
        raise BadSettings(
            [f"RETURN_POLICY: {settings.return_policy} cannot be opened: {e.strerror}"]
        ) from None
    except UnicodeDecodeError:
        raise BadSettings([f"RETURN_POLICY: {settings.return_policy} is not written in UTF-8"]) from None
    except BadPolicy as e:
        raise BadSettings([f"RETURN_POLICY: {problem}" for problem in e.problems]) from None
