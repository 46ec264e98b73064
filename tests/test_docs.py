"""The documents agree with the code: settings, commands, make targets, pins."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.commands.documents import env_example, sections, with_settings
from bot.config import Settings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = ("requirements.txt", "requirements-dev.txt", "requirements-browser.txt")
DOCUMENTS = sorted(ROOT.glob("*.md"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> set[str]:
    """The words after ``python -m bot``."""
    return {str(row.name or row.callback.__name__) for row in app.registered_commands if row.callback}


def plain(requirement: str) -> str:
    """The name alone, as registries write it."""
    return re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-")


def test_the_example_of_the_settings_is_the_newest() -> None:
    assert read(".env.example") == env_example(), "run: make env"


def test_the_example_of_the_settings_can_be_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / ".env").write_text(env_example(), encoding="utf-8")
    assert Settings.read(tmp_path / ".env") == Settings()


def test_the_table_of_settings_is_the_newest() -> None:
    readme = read("README.md")
    assert readme == with_settings(readme), "run: make env"
    assert "`WINDOW_DAYS`" in readme


def test_every_setting_is_in_one_section() -> None:
    listed = [name for _, names in sections() for name in names]
    assert listed == list(Settings.model_fields)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_a_document_exists(document: Path) -> None:
    told = set(re.findall(r"python -m bot ([a-z]+)", document.read_text(encoding="utf-8")))
    assert told <= commands()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_of_a_document_exists(document: Path) -> None:
    told = set(
        re.findall(r"(?:^    |`|\$ )make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert told <= set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_a_document_links_to_exists(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_process_of_the_procfile_is_a_command() -> None:
    lines = dict(line.split(": python -m bot ") for line in read("Procfile").splitlines())
    assert list(lines) == ["release", "web", "worker"]
    assert set(lines.values()) <= commands()


def test_the_readme_begins_with_the_two_commands_people_need() -> None:
    assert re.findall(r"^    (make .*)$", read("README.md"), re.MULTILINE)[:2] == ["make demo", "make test"]


def test_the_changelog_says_what_is_not_released_yet() -> None:
    headings = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"


@pytest.mark.parametrize("name", PINS)
def test_pins_carry_hashes_and_no_addresses(name: str) -> None:
    text = read(name)
    assert "://" not in text
    assert "--index-url" not in text
    assert len(re.findall(r"^[a-z].*==", text, re.MULTILINE)) <= text.count("--hash=sha256:")


def test_everything_the_project_asks_for_is_pinned() -> None:
    groups = PROJECT["dependency-groups"]
    wanted = {
        "requirements.txt": PROJECT["project"]["dependencies"],
        "requirements-dev.txt": groups["dev"],
        "requirements-browser.txt": groups["browser"],
    }
    for name, requirements in wanted.items():
        pinned = {plain(line) for line in read(name).splitlines() if "==" in line}
        assert {plain(requirement) for requirement in requirements} <= pinned, (
            f"{name}: run make requirements"
        )
