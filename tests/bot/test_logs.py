"""What stands in the log was said by us, line by line, whatever others wrote."""

import logging
import unicodedata

import pytest

from bot.commands.logs import OneLine, visible
from tests.payloads import EVIL, PAYLOADS


def entry(text: str, fault: BaseException | None = None) -> str:
    said = (type(fault), fault, fault.__traceback__) if fault else None
    return OneLine().format(logging.LogRecord("bot.desk", logging.INFO, "", 1, "no order %s", (text,), said))


def is_quiet(text: str) -> bool:
    """Nothing in it moves a cursor, breaks a line, or turns the direction of writing."""
    turning = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    return not [
        one for one in text if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or ord(one) in turning
    ]


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_entry_is_one_line_in_which_nothing_acts(name: str) -> None:
    assert is_quiet(entry(PAYLOADS[name]))


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_traceback_holds_no_line_that_looks_like_an_entry(name: str) -> None:
    try:
        raise ValueError(PAYLOADS[name])
    except ValueError as e:
        first, *more = entry("x", e).split("\n")
    assert first.endswith("INFO bot.desk: no order x")
    assert "".join(more).startswith("    Traceback")
    assert [line for line in more if not line.startswith("    ") or not is_quiet(line)] == []


def test_what_was_written_can_still_be_read() -> None:
    assert visible("café – “x” 😀 <a>") == "café – “x” 😀 <a>"
    assert visible("a\nb\x1b[31m\u202e\ud800") == "a\\nb\\x1b[31m\\u202e\\ud800"


def test_a_place_is_told_below_its_entry() -> None:
    record = logging.LogRecord("bot", logging.INFO, "", 1, "here", (), None, sinfo=f"Stack\n  {EVIL}")
    assert OneLine().format(record).split("\n")[1:] == ["    Stack", f"      {EVIL}"]
