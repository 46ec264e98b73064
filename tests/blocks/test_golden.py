"""Every look is the one that was agreed, word for word. What changes on purpose is read and regenerated."""

import pytest

from bot.i18n import LANGUAGES, Words
from tests.blocks.conftest import FOLDER, Golden
from tests.blocks.looks import LOOKS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LOOKS)
def test_every_look_is_the_one_that_was_agreed(name: str, language: str, golden: Golden) -> None:
    golden.check(f"{language}/{name}", LOOKS[name](Words(language, "Europe/Paris")))


def test_no_golden_file_is_left_of_a_look_that_is_gone() -> None:
    kept = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.jsonl")}
    assert kept == {f"{language}/{name}.jsonl" for language in LANGUAGES for name in LOOKS}
