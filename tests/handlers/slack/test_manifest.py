"""The manifest asks Slack for what the code uses, no more and no less, within Slack's limits."""

import ast
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from handlers.slack import finding
from handlers.slack.commands import WORDS
from handlers.slack.events import EVENTS
from handlers.slack.manifest import BOT_SCOPES, EVENT_SCOPES, METHOD_SCOPES, app_manifest
from handlers.slack.talk import SHORTCUTS

ROOT = Path(__file__).parents[3]
PUBLIC = app_manifest("https://returns.shop.example", socket_mode=False)
SOCKET = app_manifest("", socket_mode=True)

# Slack's published manifest schema, major version 1: length at most.
LIMITS = [
    ("display_information.name", 35),
    ("display_information.description", 140),
    ("display_information.long_description", 4000),
    ("features.bot_user.display_name", 80),
    ("features.slash_commands", 50),
    ("features.shortcuts", 10),
    ("features.shortcuts.0.name", 24),
    ("features.shortcuts.0.callback_id", 255),
    ("features.shortcuts.0.description", 150),
    ("features.slash_commands.0.command", 32),
    ("features.slash_commands.0.description", 2000),
    ("features.slash_commands.0.usage_hint", 1000),
    ("oauth_config.scopes.bot", 255),
    ("settings.event_subscriptions.bot_events", 100),
    ("settings.event_subscriptions.request_url", 3500),
]


def at(manifest: dict[str, Any], path: str) -> Any:
    found: Any = manifest
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found[step]
    return found


def methods_used() -> set[str]:
    """The methods of Slack's client that the doors name, whether they call them or hand them over."""
    files = [path for path in (ROOT / "handlers").rglob("*.py") if path.name != "manifest.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    names = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return {name for name in names if "_" in name.strip("_") and hasattr(WebClient, name)} - {"api_call"}


@pytest.mark.parametrize(("path", "length"), LIMITS)
def test_nothing_is_longer_than_slack_takes(path: str, length: int) -> None:
    assert 0 < len(at(PUBLIC, path)) <= length


def test_the_long_description_is_as_long_as_slack_wants() -> None:
    assert len(PUBLIC["display_information"]["long_description"]) >= 175


def test_slack_finds_the_desk_at_its_public_address() -> None:
    address = "https://returns.shop.example/slack/events"
    assert at(PUBLIC, "settings.event_subscriptions.request_url") == address
    assert at(PUBLIC, "settings.interactivity.request_url") == address
    assert at(PUBLIC, "settings.interactivity.message_menu_options_url") == address
    assert at(PUBLIC, "features.slash_commands.0.url") == address


def test_socket_mode_names_no_address() -> None:
    assert SOCKET["settings"]["socket_mode_enabled"] is True
    assert "http" not in str(SOCKET)


def test_the_methods_written_down_are_those_the_doors_use() -> None:
    assert methods_used() - {"apps_connections_open"} == set(METHOD_SCOPES)


def test_the_events_written_down_are_those_somebody_listens_to() -> None:
    assert {name.split(".")[0] for name in EVENT_SCOPES} == {*EVENTS, *finding.EVENTS}


def test_the_shortcuts_of_the_manifest_are_those_somebody_listens_to() -> None:
    wanted = {*SHORTCUTS, *finding.SHORTCUTS}
    assert {one["callback_id"] for one in at(PUBLIC, "features.shortcuts")} == wanted


def test_nobody_listens_to_what_people_say_to_each_other() -> None:
    """The team talks below a card; what is not heard cannot leak. What is said to the desk alone is heard."""
    assert [name for name in EVENT_SCOPES if name.startswith("message")] == ["message.im"]
    assert [name for name in EVENTS if name.startswith("message")] == []


def test_the_hint_of_the_command_names_its_words() -> None:
    hint = at(PUBLIC, "features.slash_commands.0.usage_hint")
    assert [word.name for word in WORDS if word.name not in hint.split(" | ")] == []


def test_no_scope_is_asked_for_without_a_use() -> None:
    tables = [*METHOD_SCOPES.values(), *EVENT_SCOPES.values()]
    assert set(BOT_SCOPES) == {"commands"} | {scope for scopes in tables for scope in scopes}


def test_the_desk_does_not_ask_to_read_peoples_addresses_or_to_administer() -> None:
    assert [scope for scope in BOT_SCOPES if "email" in scope or scope.startswith("admin")] == []
