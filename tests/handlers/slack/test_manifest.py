"""The manifest asks Slack for what the code uses, no more and no less, within Slack's limits."""

import ast
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from handlers.slack.manifest import BOT_SCOPES, EVENT_SCOPES, METHOD_SCOPES, app_manifest

ROOT = Path(__file__).parents[3]
PUBLIC = app_manifest("https://returns.shop.example", socket_mode=False)
SOCKET = app_manifest("", socket_mode=True)

# Slack's published manifest schema, major version 1: length at most.
LIMITS = [
    ("display_information.name", 35),
    ("display_information.description", 140),
    ("display_information.long_description", 4000),
    ("features.bot_user.display_name", 80),
    ("features.shortcuts", 10),
    ("features.shortcuts.0.name", 24),
    ("features.slash_commands", 50),
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
    tables = {"manifest.py", "doctor.py"}
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for path in (ROOT / "handlers").rglob("*.py")
        if path.name not in tables
    ]
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
    assert at(PUBLIC, "features.slash_commands.0.url") == address


def test_socket_mode_names_no_address() -> None:
    assert SOCKET["settings"]["socket_mode_enabled"] is True
    assert "http" not in str(SOCKET)


def test_every_method_the_doors_use_has_its_scopes_written_down() -> None:
    assert methods_used() <= set(METHOD_SCOPES)


def test_every_method_written_down_exists() -> None:
    assert [name for name in METHOD_SCOPES if not hasattr(WebClient, name)] == []


def test_no_scope_is_asked_for_without_a_use() -> None:
    tables = [*METHOD_SCOPES.values(), *EVENT_SCOPES.values()]
    assert set(BOT_SCOPES) == {"commands"} | {scope for scopes in tables for scope in scopes}


def test_the_desk_does_not_ask_to_read_peoples_addresses_or_to_administer() -> None:
    assert [scope for scope in BOT_SCOPES if "email" in scope or scope.startswith("admin")] == []
