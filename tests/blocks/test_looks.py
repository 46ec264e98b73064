"""Every look in every language: what Slack takes, what its own library reads, and nothing left undrawn."""

import json
import re
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from blocks import alerts, timeline
from blocks import thread as lines
from blocks.card import LABELS
from bot.i18n import LANGUAGES, Words
from bot.rules.actions import Action, actions
from bot.rules.alerts import ALERTS
from bot.rules.alerts import alerts as found
from bot.rules.flags import FLAGS
from bot.rules.flags import flags as signs
from bot.sandbox.slack.limits import characters, message_problems, view_problems
from store.terms import ReturnStatus
from tests.blocks.cards import CARDS
from tests.blocks.looks import EVENTS, GROUPS, LOOKS

DATE = re.compile(r"<!date\^\d+\^[^|>]*\|[^|>]*>")  # Slack fills it in for each reader
COMFORTABLE = 10_000  # characters; Slack refuses a message somewhere above 13,000
LINES = 14  # of a card, buttons included, while nothing in it is repeated by the customer's doing


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "Europe/Paris")


def texts(value: Any) -> list[str]:
    """Every text shown in ``value``."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for part in value.values() for text in texts(part)]
    return [text for part in value for text in texts(part)] if isinstance(value, list) else []


def without_dialogue(element: dict[str, Any]) -> dict[str, Any]:
    """A button without the dialogue that opens when it is pressed."""
    return {name: value for name, value in element.items() if name != "confirm"}


def blocks_of(look: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a message, of its attachment, or of a view."""
    inner = [attachment["blocks"] for attachment in look.get("attachments", ())]
    return [*look.get("blocks", ()), *(block for blocks in inner for block in blocks)]


@pytest.mark.parametrize("name", LOOKS)
def test_slack_takes_every_look(name: str, words: Words) -> None:
    look = LOOKS[name](words)
    assert (view_problems if look.get("type") in ("modal", "home") else message_problems)(look) == []


@pytest.mark.parametrize("name", LOOKS)
def test_slacks_own_library_reads_every_look_and_writes_it_back(name: str, words: Words) -> None:
    look = LOOKS[name](words)
    blocks = blocks_of(look)
    read = Block.parse_all(blocks)
    assert [block.to_dict() for block in read] == blocks
    if look.get("type") == "modal":
        View(**look).validate_json()


@pytest.mark.parametrize("name", LOOKS)
def test_no_look_shows_an_unfilled_placeholder_or_a_bare_name_of_ours(name: str, words: Words) -> None:
    told = DATE.sub("", "\n".join(texts(LOOKS[name](words))))
    assert "{" not in told.replace("{code}", "")  # the code of a credit is filled in when the note leaves
    assert "None" not in told
    assert "_refund" not in told.replace("_refund_", "")


@pytest.mark.parametrize("name", GROUPS["card"])
def test_a_card_is_short_and_says_nothing_twice(name: str, words: Words) -> None:
    card = LOOKS[f"card-{name}"](words)
    blocks = card["attachments"][0]["blocks"]
    shown = json.loads(json.dumps(blocks), object_hook=without_dialogue)
    rows = [row for block in shown for text in texts(block) for row in text.split("\n")]
    assert characters(card) < COMFORTABLE
    assert len(rows) - len(blocks[-1]["elements"]) < LINES + (7 if "many" in name else 0)
    assert len(rows) == len(set(rows))
    assert card["text"]


@pytest.mark.parametrize("name", GROUPS["card"])
def test_a_card_has_at_most_one_green_button_and_few_in_all(name: str, words: Words) -> None:
    buttons = LOOKS[f"card-{name}"](words)["attachments"][0]["blocks"][-1]["elements"]
    assert sum(button.get("style") == "primary" for button in buttons) <= 1
    assert len(buttons) <= 5
    assert len({button["action_id"] for button in buttons}) == len(buttons)


def test_every_alert_status_and_sign_of_misuse_is_on_some_card() -> None:
    drawn = {alert.name for case in CARDS.values() for alert in found(case)}
    assert drawn == set(alerts.LINES)
    assert len(ALERTS) <= len(drawn)
    assert {case.status for case in CARDS.values()} == set(ReturnStatus)
    assert {flag.name for case in CARDS.values() for flag in signs(case)} == set(alerts.FLAGS)
    assert len(FLAGS) == len(alerts.FLAGS)


def test_every_action_is_on_some_card_and_has_a_label() -> None:
    assert {action for case in CARDS.values() for action in actions(case)} >= set(Action) - {Action.REOPEN}
    assert set(LABELS) == set(Action)


def test_every_verb_and_every_thread_line_is_drawn() -> None:
    assert {verb for verb, _ in EVENTS} == set(timeline.VERBS)
    assert set(GROUPS["thread"]) - {"on_its_way"} == set(lines.LINES)


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_can_be_written_as_json_and_is_the_same_each_time(name: str, words: Words) -> None:
    assert json.dumps(LOOKS[name](words)) == json.dumps(LOOKS[name](words))
