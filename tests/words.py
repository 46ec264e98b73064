"""The sentences of the code and their catalogues. ``python -m tests.words`` adds what is new, untranslated.

A sentence is the first argument of whatever takes sentences: a call of the reader's words, a mark for later,
a problem, or an error that people read.
"""

import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from bot.i18n import LANGUAGES

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "handlers", "blocks", "store")
FIRST = (
    "words",
    "self",
    "N_",
    "Problem",
    "DeskError",
    "NotAllowed",
    "StaleCase",
    "NotFound",
    "InvalidInput",
    "Blocked",
)
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {**dict.fromkeys(FIRST), "plural": (1, 2)}
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
UNNEEDED = tuple(
    f'"{name}' for name in ("Project", "Report", "POT", "PO-", "Last", "Language-Team", "MIME", "Generated")
)
HEADER = "# What people read, in another language than English. What is missing here fails a test."


def from_template(file: BinaryIO, *more: Any, **options: Any) -> Iterator[tuple[Any, ...]]:
    """What Babel finds in a template, and the calls of a method, which it passes over."""
    yield from babel_extract(file, *more, **options)
    file.seek(0)
    for call in Environment().parse(file.read().decode()).find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "plural":
            yield call.lineno, "plural", tuple(getattr(one, "value", None) for one in call.args), []


METHODS: list[tuple[str, Any]] = [
    ("sandbox/**", "ignore"),
    ("**.py", "python"),
    ("portal/templates/**.html", from_template),
]


def sentences() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every sentence of the code, one and many together where it counts, and where it stands."""
    for folder in FOLDERS:
        found = extract_from_dir(ROOT / folder, method_map=METHODS, keywords=KEYWORDS)
        for name, line, sentence, _comments, _context in found:
            yield sentence, f"{folder}/{name}:{line}"


def place(language: str) -> Path:
    """The file of a language's catalogue."""
    return ROOT / "bot" / "locales" / language / "LC_MESSAGES" / "desk.po"


def read(language: str) -> Catalog:
    """The catalogue of a language, as it stands in its file."""
    with place(language).open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """The catalogue in the order of the code, without what the code no longer says; new texts are empty."""
    known = read(language) if place(language).exists() else Catalog(locale=language)
    fresh = Catalog(locale=language, header_comment=HEADER, fuzzy=False)
    for sentence, _where in sentences():
        fresh.add(sentence, _translation(known, sentence))
    return fresh


def untranslated(catalog: Catalog) -> list[str]:
    """The English of what still has to be translated."""
    return [english(message) for message in catalog if message.id and not is_translated(message)]


def update(language: str) -> list[str]:
    """Write the catalogue anew, and say what is missing in it."""
    fresh = renewed(language)
    place(language).parent.mkdir(parents=True, exist_ok=True)
    place(language).write_text(written(fresh), encoding="utf-8")
    return untranslated(fresh)


def is_translated(message: Message) -> bool:
    """Whether every form of a sentence has a translation."""
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def english(message: Message) -> str:
    """The English text, that of many things where it counts."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def written(catalog: Catalog) -> str:
    """The file without the headers that change by themselves or say nothing."""
    file = io.BytesIO()
    write_po(file, catalog, no_location=True, width=0)
    lines = file.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(UNNEEDED))


def _translation(known: Catalog, sentence: str | tuple[str, ...]) -> str | tuple[str, ...]:
    message = known.get(sentence if isinstance(sentence, str) else sentence[0])
    if message is None or message.fuzzy or isinstance(message.id, str) != isinstance(sentence, str):
        return "" if isinstance(sentence, str) else ("", "")
    return tuple(message.string) if isinstance(message.string, list | tuple) else message.string or ""


if __name__ == "__main__":
    for each in TRANSLATED:
        for text in update(each):
            sys.stdout.write(f"{each}: {text}\n")
