"""What people read: every sentence is in every catalogue, whole, and written as its language is."""

import ast
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from string import Formatter

import pytest
from babel.messages import Message

from bot.i18n import TERMS, Words, closest
from store.money import Money
from store.terms import Condition, Method, Reason, ReturnStatus, Wish
from tests import words as catalogues

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MARKS = re.compile(r":[a-z_]+:|[*_~`]|<@|/returns")  # what Slack reads as something else than words


@pytest.fixture(params=catalogues.TRANSLATED)
def messages(request: pytest.FixtureRequest) -> list[Message]:
    """The sentences of one catalogue."""
    return [message for message in catalogues.read(request.param) if message.id]


def forms(message: Message) -> list[str]:
    """All translations of a sentence."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def names(text: str) -> set[str]:
    """The placeholders of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _callee(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def keys(sentences: Iterable[str | tuple[str, ...] | list[str]]) -> set[tuple[str, ...]]:
    return {(sentence,) if isinstance(sentence, str) else tuple(sentence) for sentence in sentences}


def test_every_sentence_of_the_code_is_in_the_catalogue_and_no_other(messages: list[Message]) -> None:
    said = keys(sentence for sentence, _ in catalogues.sentences())
    listed = keys(message.id for message in messages)
    assert said - listed == set(), "run: python -m tests.words, and translate what it names"
    assert listed - said == set(), "run: python -m tests.words"


def test_every_sentence_is_translated_and_none_is_a_guess(messages: list[Message]) -> None:
    assert [m.id for m in messages if not all(forms(m))] == []
    assert [m.id for m in messages if m.fuzzy] == []


def test_no_sentence_hides_inside_a_braced_string() -> None:
    """Babel does not look into the braces of f-strings on Python 3.11: such a sentence stays English."""
    takers = {*catalogues.FIRST, "plural"}
    hidden = [
        f"{path.name}:{call.lineno}"
        for folder in catalogues.FOLDERS
        for path in (catalogues.ROOT / folder).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and _callee(call) in takers and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_no_obsolete_sentence_is_kept(language: str) -> None:
    assert list(catalogues.read(language).obsolete) == []


def test_every_translation_has_the_placeholders_of_its_sentence(messages: list[Message]) -> None:
    def expected(message: Message) -> set[str]:
        return names(catalogues.english(message))

    assert [m.id for m in messages if any(names(form) != expected(m) for form in forms(m))] == []


def test_every_translation_keeps_the_marks_of_its_sentence(messages: list[Message]) -> None:
    def marks(text: str) -> list[str]:
        return sorted(MARKS.findall(text))

    assert [
        m.id for m in messages if any(marks(form) != marks(catalogues.english(m)) for form in forms(m))
    ] == []


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_the_catalogue_is_as_the_tool_writes_it(language: str) -> None:
    fresh = catalogues.renewed(language)
    assert catalogues.untranslated(fresh) == []
    assert catalogues.place(language).read_text(encoding="utf-8") == catalogues.written(fresh)


def test_french_has_its_spaces_before_double_signs() -> None:
    wrong = re.compile(r"[^\S\u00a0](?:[;!?»%]|:(?![a-z_]+:))|«[^\u00a0]|[^\s\u00a0][;!?»]|\w:(?=\s|$)")
    told = [re.sub(r":[a-z_]+:", "", form) for m in catalogues.read("fr") if m.id for form in forms(m)]
    assert [form for form in told if wrong.search(form)] == []


def test_french_has_its_own_quotes_and_apostrophes() -> None:
    told = [form for m in catalogues.read("fr") if m.id for form in forms(m)]
    assert [form for form in told if re.search("[“”'\"]", form)] == []


def test_every_word_of_the_trade_is_written_in_every_language() -> None:
    for kind in (ReturnStatus, Wish, Reason, Condition, Method):
        assert {term for _, term in TERMS if isinstance(term, kind)} == set(kind)
        for language in ("en", *catalogues.TRANSLATED):
            assert all(Words(language).term(term) for term in kind)


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", Money(123456, "EUR"), "1,234.56 EUR"),
        ("fr", Money(123456, "EUR"), "1\u00a0234,56 EUR"),
        ("en", Money(-490, "EUR"), "-4.90 EUR"),
        ("fr", Money(1000, "JPY"), "1\u00a0000 JPY"),
        ("en", Money(10000, "KWD"), "10.000 KWD"),
    ],
)
def test_money_is_written_as_the_language_writes_it(language: str, amount: Money, written: str) -> None:
    assert Words(language).money(amount) == written


def test_days_are_written_without_a_point_that_could_meet_the_end_of_a_sentence() -> None:
    assert Words("en")("Pay back by {date}.", date=date(2026, 11, 27)) == "Pay back by 27 Nov."
    assert Words("fr")("Pay back by {date}.", date=date(2026, 11, 27)).endswith("le 27 novembre.")


def test_moments_are_told_as_people_tell_them_where_they_are() -> None:
    words = Words("fr", "Europe/Paris")
    assert words.moment(NOON, now=NOON) == "aujourd’hui à 13:00"
    assert words.moment(NOON - timedelta(days=1), now=NOON) == "hier à 13:00"
    assert words.moment(NOON - timedelta(days=3), now=NOON) == "20 novembre à 13:00"
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert words.moment(late, now=NOON + timedelta(days=1)) == "aujourd’hui à 00:30"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(40, "40 s"), (59.9, "59 s"), (60, "1 min"), (7200, "2 h"), (86400, "1 day"), (3 * 86400, "3 days")],
)
def test_waiting_is_told_in_its_largest_unit(seconds: float, told: str) -> None:
    assert Words("en").span(seconds) == told


def test_a_value_is_never_read_as_a_sentence() -> None:
    told = Words("en")("Nothing found for “{text}”.", text="{text} {0.__class__} %s")
    assert told == "Nothing found for “{text} {0.__class__} %s”."


@pytest.mark.parametrize(
    ("tag", "language"), [("fr-CA", "fr"), ("fr_FR", "fr"), ("de-DE", "en"), (None, "en")]
)
def test_the_nearest_language_is_taken(tag: str | None, language: str) -> None:
    assert closest(tag) == language
