"""What a process writes to its log: one line for each entry, whatever somebody wrote into it."""

import logging
import re
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CHATTY = ("alembic", "apscheduler")
BELOW = "    "  # before each line of a traceback, so that none of them passes for an entry
# Controls and what turns the direction of writing or breaks lines: a terminal would obey them.
HIDDEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLine(logging.Formatter):
    """Entries of one line each, in which nothing hides and nothing acts; tracebacks stand further right."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the library's name)
        """The entry itself."""
        return visible(super().formatMessage(record))

    def formatException(self, ei: Fault) -> str:  # noqa: N802
        """The traceback, line by line; the message of an exception may say anything."""
        return _below(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """Where it was said, line by line."""
        return _below(super().formatStack(stack_info))


def write_logs(level: int = logging.INFO) -> None:
    """Send what this process says to its standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def visible(text: str) -> str:
    """The text with its controls written out."""
    return HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _below(text: str) -> str:
    return "\n".join(BELOW + visible(line) for line in text.split("\n"))
