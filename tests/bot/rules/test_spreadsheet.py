"""Nothing that somebody wrote is computed by a spreadsheet, and all of it is still there."""

import csv
import io

import pytest

from bot.rules.spreadsheet import safe_cell, write_rows
from tests.payloads import FORMULAS, PAYLOADS

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_text(name: str) -> None:
    text = FORMULAS[name]
    cell = str(safe_cell(text))
    quoted = text.startswith('"')  # begins a text, and stands within one cell
    assert cell == (text if quoted else f"'{text}")
    assert not cell.lstrip(" ").startswith(BEGINNINGS)


@pytest.mark.parametrize("text", ["Marie", "Mug, white", "a=1", "6A-1", "'quoted'", "", "é", "10-20"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_numbers_of_ours_stay_numbers() -> None:
    assert [safe_cell(number) for number in (-490, 0, 12)] == [-490, 0, 12]
    assert write_rows(["amount"], [[-490]]) == '"amount"\r\n-490\r\n'


def test_every_text_comes_back_in_its_own_cell_and_acts_in_none() -> None:
    rows = [[text, number, "end"] for number, text in enumerate(PAYLOADS.values())]
    table = write_rows(["what", "number", "end"], rows)
    heading, *back = csv.reader(io.StringIO(table, newline=""))
    assert heading == ["what", "number", "end"]
    assert len(back) == len(PAYLOADS)
    for (cell, number, end), text in zip(back, PAYLOADS.values(), strict=True):
        assert (cell.removeprefix("'"), end) == (text.replace("\0", "").removeprefix("'"), "end")
        assert not cell.lstrip(" ").startswith(BEGINNINGS), number


def test_a_name_of_a_column_is_no_formula_either() -> None:
    assert write_rows(["=1+1"], []) == '"\'=1+1"\r\n'
