"""The doctor's look at Slack, against a workspace that is well or lacks something."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clock import utc_now
from bot.config import Settings
from bot.findings import Finding, Level
from bot.sandbox.serving import Service
from bot.sandbox.slack import Slack, create_app
from handlers.slack.doctor import check_slack
from handlers.slack.manifest import BOT_SCOPES

ALL_SCOPES = " ".join(BOT_SCOPES)


@pytest.fixture
def slack() -> Iterator[Slack]:
    slack = Slack(scopes=ALL_SCOPES)
    yield slack
    slack.close()


@pytest.fixture
def address(slack: Slack) -> Iterator[str]:
    with Service(create_app(slack)) as service:
        yield f"{service.url}/api/"


def settings_for(address: str, **values: Any) -> Settings:
    well = {"slack_bot_token": "xoxb-sandbox", "slack_channel": "C01RETURNS", "slack_api_url": address}
    return Settings(**{**well, **values})


def found(address: str, **values: Any) -> dict[str, Finding]:
    """The findings by subject, the worst of each."""
    order = [Level.OK, Level.WARNING, Level.WRONG]
    findings = sorted(check_slack(settings_for(address, **values)), key=lambda it: order.index(it.level))
    return {finding.subject: finding for finding in findings}


def test_a_workspace_that_is_well_gets_no_complaint(address: str) -> None:
    findings = found(address)
    assert {finding.level for finding in findings.values()} == {Level.OK}
    assert "Small Shop" in findings["SLACK_BOT_TOKEN"].text
    assert findings["SLACK_CHANNEL"].text == "#returns, and the bot is in it"
    assert findings["who may act"].text == "the members of the channel"


def test_a_token_slack_does_not_know_is_named_and_nothing_else_is_asked(address: str) -> None:
    findings = found(address, slack_bot_token="xoxb-other")
    assert list(findings) == ["SLACK_BOT_TOKEN"]
    assert findings["SLACK_BOT_TOKEN"].level is Level.WRONG
    assert "invalid_auth" in findings["SLACK_BOT_TOKEN"].text
    assert "xoxb-other" not in str(findings)


def test_a_slack_that_does_not_answer_is_one_finding() -> None:
    findings = found("http://127.0.0.1:9/api/")
    assert {name: finding.level for name, finding in findings.items()} == {"Slack": Level.WRONG}


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        ("C03GENERAL", "the bot is not in #general"),
        ("C05SECRET", "cannot be seen: channel_not_found"),
        ("C07OLD", "#old-returns is archived"),
    ],
)
def test_a_channel_the_bot_cannot_post_in_is_wrong(address: str, channel: str, text: str) -> None:
    finding = found(address, slack_channel=channel)["SLACK_CHANNEL"]
    assert (finding.level, finding.text) == (Level.WRONG, text)
    assert finding.advice


def test_a_channel_shared_with_others_is_worth_a_warning(address: str) -> None:
    finding = found(address, slack_channel="C06PARCEL")["SLACK_CHANNEL"]
    assert finding.level is Level.WARNING
    assert "another organisation" in finding.text


def test_the_user_group_is_counted(address: str) -> None:
    assert found(address, slack_user_group="S01SUPPORT")["SLACK_USER_GROUP"].text == "4 people may act"
    assert found(address, slack_user_group="S09NOWHERE")["SLACK_USER_GROUP"].level is Level.WRONG


@pytest.mark.parametrize("user", ["U06GUEST", "U08STRANGER", "U09GONE", "U0BOT", "U99NOBODY"])
def test_only_active_full_members_are_operators(address: str, user: str) -> None:
    finding = found(address, slack_operators=("U01ALICE", user))["SLACK_OPERATORS"]
    assert finding.level is Level.WRONG
    assert user in finding.text


def test_operators_are_named(address: str) -> None:
    assert found(address, slack_operators=("U01ALICE",))["SLACK_OPERATORS"].text == "Alice Martin may act"


def test_socket_mode_is_tried(address: str) -> None:
    assert found(address, slack_app_token="xapp-sandbox")["SLACK_APP_TOKEN"].level is Level.OK
    assert found(address, slack_app_token="xapp-other")["SLACK_APP_TOKEN"].level is Level.WRONG


def test_a_scope_that_was_not_granted_is_named() -> None:
    slack = Slack(scopes=ALL_SCOPES.replace("usergroups:read", ""))
    with Service(create_app(slack)) as service:
        finding = found(f"{service.url}/api/")["Slack scopes"]
    slack.close()
    assert (finding.level, finding.text) == (Level.WRONG, "not granted: usergroups:read")


def test_no_finding_repeats_a_token(address: str) -> None:
    secret = SecretStr("xoxb-canary")
    assert "canary" not in str(list(check_slack(settings_for(address, slack_bot_token=secret))))


def test_a_clock_that_is_off_is_wrong(address: str) -> None:
    fast = check_slack(settings_for(address), clock=lambda: utc_now() + timedelta(hours=1))
    (finding,) = [it for it in fast if it.subject == "clock"]
    assert finding.level is Level.WRONG
    assert finding.text.startswith("is off by 3600 s") or finding.text.startswith("is off by 3601 s")
