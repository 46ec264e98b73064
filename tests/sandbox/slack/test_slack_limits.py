"""The checker of blocks, views and messages: what Slack refuses, and what it takes although it looks odd."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.blocks import BLOCKS, SURFACES
from bot.sandbox.slack.elements import ELEMENTS
from bot.sandbox.slack.limits import message_problems, problems, view_problems
from tests.sandbox.slack.pieces import actions, button, field, modal, option, plain, section

Block = dict[str, Any]


def select(kind: str = "static_select", count: int = 1, **more: Any) -> Block:
    options = [option(f"o{number}") for number in range(count)]
    return {"type": kind, "action_id": "s", "options": options, **more}


def rows(height: int, width: int = 1) -> list[list[Block]]:
    return [[{"type": "raw_text", "text": "x"}] * width] * height


TABLE = {"type": "table", "rows": rows(2, 2)}
CHART = {
    "type": "data_visualization",
    "title": "Returns",
    "chart": {"type": "pie", "segments": [{"label": "new", "value": 3}]},
}
PICTURE = {"type": "image", "alt_text": "mug", "image_url": "https://shop.example/mug.png"}
CARD = {"type": "card", "title": plain("RMA-1042"), "actions": [button("go")]}
QUOTE = {
    "type": "rich_text_quote",
    "elements": [{"type": "text", "text": "it broke", "style": {"italic": True}}],
}
LIST = {
    "type": "rich_text_list",
    "style": "bullet",
    "indent": 1,
    "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
}

GOOD: dict[str, Block] = {
    "longest section": section("x" * 3000),
    "ten fields": {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2000}] * 10},
    "accessory": section(accessory=select("checkboxes", 10)),
    "verbatim": section() | {"text": {"type": "mrkdwn", "text": "x", "verbatim": True}},
    "header with level": {"type": "header", "text": plain("x" * 150), "level": 2},
    "context": {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}, PICTURE]},
    "25 buttons": actions(*[button(str(number)) for number in range(25)]),
    "five entries": actions(select("overflow", 5)),
    "hundred options": actions(select(count=100, initial_option=option("o99"))),
    "groups": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "option_groups": [{"label": plain("all"), "options": [option("a")]}],
            "initial_option": option("a"),
        }
    ),
    "same action_id in two blocks": section(accessory=button("open")),
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "rich text": {"type": "rich_text", "elements": [QUOTE, LIST]},
    "table": TABLE,
    "data table": {"type": "data_table", "caption": "Returns", "rows": rows(201, 20)},
    "chart": CHART,
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD] * 10},
    "container": {
        "type": "container",
        "title": plain("More"),
        "child_blocks": [section()],
        "is_collapsible": True,
    },
    "plan": {
        "type": "plan",
        "title": "Plan",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "x", "status": "pending"}],
    },
    "input": field("a", max_length=3000),
    "null property": section() | {"accessory": None},
}

BAD: dict[str, tuple[Block, str]] = {
    "long section": (section("x" * 3001), "must be less than 3001 characters"),
    "empty section": (section(""), "must be more than 0 characters"),
    "silent section": ({"type": "section"}, "missing required field: text or fields"),
    "eleven fields": ({"type": "section", "fields": [plain("x")] * 11}, "no more than 10 items"),
    "long field": ({"type": "section", "fields": [plain("x" * 2001)]}, "must be less than 2001"),
    "mrkdwn header": (
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn",
    ),
    "long header": ({"type": "header", "text": plain("x" * 151)}, "must be less than 151"),
    "long button": (actions(button("a", "x" * 76)), "must be less than 76"),
    "long value": (actions(button("a", value="x" * 2001)), "must be less than 2001"),
    "long action_id": (actions(button("a" * 256)), "must be less than 256"),
    "odd style": (actions(button("a", style="green")), "valid enum"),
    "disabled button": (actions(button("a", disabled=True)), "invalid additional property: disabled"),
    "26 elements": (actions(*[button(str(n)) for n in range(26)]), "no more than 25 items"),
    "no elements": (actions(), "no fewer than 1 items"),
    "twins in a block": (actions(button("a"), button("a")), "action_id `a` already exists"),
    "text field in actions": (actions(field("a")["element"]), "unsupported type: plain_text_input"),
    "six entries": (actions(select("overflow", 6)), "no more than 5 items"),
    "eleven boxes": (actions(select("checkboxes", 11)), "no more than 10 items"),
    "101 options": (actions(select(count=101)), "no more than 100 items"),
    "long option": (
        actions(select() | {"options": [{"text": plain("x" * 76), "value": "v"}]}),
        "less than 76",
    ),
    "long option value": (actions(select() | {"options": [{"text": plain("x"), "value": "v" * 151}]}), "151"),
    "stranger chosen": (
        actions(select(initial_option=option("elsewhere"))),
        "must match one of the provided",
    ),
    "none selectable": (actions(select("multi_static_select", max_selected_items=0)), "must be between 1"),
    "options twice": (actions(select(option_groups=[])), "no fewer than 1 items"),
    "bad date": (actions({"type": "datepicker", "action_id": "d", "initial_date": "1.12.2026"}), "format"),
    "long input": (field("a", max_length=3001), "must be between 1 and 3000"),
    "lengths crossed": (field("a", min_length=9, max_length=3), "less than or equal to max_length"),
    "undecided number": (field("a", "number_input"), "missing required field: is_decimal_allowed"),
    "eleven files": (field("a", "file_input", max_files=11), "must be between 1 and 10"),
    "files heard of": (field("a", "file_input") | {"dispatch_action": True}, "unsupported type: file_input"),
    "long label": (field("a") | {"label": plain("x" * 2001)}, "must be less than 2001"),
    "button in input": (field("a") | {"element": button("a")}, "unsupported type: button"),
    "two pictures": (PICTURE | {"slack_file": {"id": "F1"}}, "either image_url or slack_file"),
    "mute picture": (
        {"type": "image", "image_url": "https://x.example/a.png"},
        "missing required field: alt_text",
    ),
    "deep list": ({"type": "rich_text", "elements": [LIST | {"indent": 9}]}, "must be between 0 and 8"),
    "emoji in mrkdwn": (
        section() | {"text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "invalid additional property: emoji",
    ),
    "101 rows": ({"type": "table", "rows": rows(101)}, "no more than 100 items"),
    "21 columns": ({"type": "table", "rows": rows(1, 21)}, "no more than 20 items"),
    "headless data": ({"type": "data_table", "caption": "x", "rows": rows(1)}, "no fewer than 2 items"),
    "ragged data": ({"type": "data_table", "caption": "x", "rows": [*rows(1, 2), *rows(1)]}, "same number"),
    "thirteen slices": (
        CHART | {"chart": {"type": "pie", "segments": [{"label": "x", "value": 1}] * 13}},
        "no more than 12 items",
    ),
    "four buttons": (CARD | {"actions": [button(str(n)) for n in range(4)]}, "no more than 3 items"),
    "empty card": ({"type": "card", "subtitle": plain("x")}, "missing required field: title, body"),
    "unknown block": ({"type": "shout"}, "unsupported type: shout"),
    "no type": ({"text": plain("x")}, "unsupported type: None"),
    "alert in a message": ({"type": "alert", "text": plain("x")}, "unsupported type: alert"),
    "long block_id": (section(block_id="b" * 256), "must be less than 256"),
    "confirm without deny": (
        actions(button("a", confirm={"title": plain("t"), "text": plain("t"), "confirm": plain("c")})),
        "missing required field: deny",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_slack_takes(name: str) -> None:
    assert problems([GOOD[name]], "message") == []


@pytest.mark.parametrize("name", BAD)
def test_slack_refuses(name: str) -> None:
    block, complaint = BAD[name]
    found = problems([block], "message")
    assert any(complaint in problem for problem in found), found
    assert all("[json-pointer:/blocks" in problem for problem in found)


def test_what_stands_in_a_container_is_looked_into() -> None:
    box = {"type": "container", "title": plain("More"), "child_blocks": [section("x" * 3001)]}
    assert problems([box], "message") == [
        "must be less than 3001 characters [json-pointer:/blocks/0/child_blocks/0/text/text]"
    ]


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([section(block_id="a")] * 2, "block_id `a` already exists [json-pointer:/blocks/1/block_id]"),
        ([TABLE, TABLE], "no more than 1 table blocks"),
        ([CHART] * 3, "no more than 2 data_visualization blocks"),
        ([{"type": "markdown", "text": "x" * 7000}] * 2, "less than 12001 characters in all"),
        (
            [field("a", focus_on_load=True), field("b", focus_on_load=True)],
            "no more than 1 element with focus",
        ),
        ("[]", "must provide an array of objects"),
    ],
)
def test_rules_for_all_blocks_together(blocks: Any, complaint: str) -> None:
    assert any(complaint in problem for problem in problems(blocks, "message"))


def test_the_same_name_of_button_in_several_rows_is_fine() -> None:
    assert problems([section(accessory=button("open")) for _ in range(5)], "home") == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"title": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({"submit": plain("x" * 25)}, "/view/submit/text"),
        ({"close": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001"),
        ({"callback_id": "x" * 256}, "must be less than 256"),
        ({"blocks": [section()] * 101}, "no more than 100 items"),
        ({"blocks": [field("a")], "submit": None}, "missing required field: submit"),
        ({"blocks": [TABLE]}, "unsupported type: table"),
        ({"blocks": [{"type": "markdown", "text": "x"}]}, "unsupported type: markdown"),
        ({"color": "red"}, "invalid additional property: color"),
        ({"type": "sheet"}, "unsupported type: sheet"),
        ({"blocks": "none"}, "must provide an array"),
    ],
)
def test_slack_refuses_a_view(changes: Block, complaint: str) -> None:
    assert any(complaint in problem for problem in view_problems(modal() | changes))


def test_views_that_are_fine() -> None:
    alert = {"type": "alert", "level": "error", "text": plain("Exchange chosen: do NOT refund money.")}
    assert view_problems(modal(alert, field("a"))) == []
    assert view_problems(modal(section(), submit=None)) == []
    assert view_problems({"type": "home", "blocks": [section()] * 100}) == []
    assert view_problems({"type": "home", "blocks": [], "title": plain("x")}) != []


def test_rules_for_a_whole_message() -> None:
    assert message_problems({}) == ["missing required field: text [json-pointer:]"]
    assert (
        message_problems({"text": "x", "metadata": {"event_type": "rma", "event_payload": {"id": 1}}}) == []
    )
    assert message_problems({"text": "x", "metadata": {"event_payload": {}}}) != []
    crowded = {"text": "x", "attachments": [{"color": "#0a0", "blocks": [section("y" * 2700)] * 5}]}
    assert message_problems(crowded) == ["blocks hold more than 13200 characters in all [json-pointer:]"]
    inner = {"text": "x", "attachments": [{"color": "reddish", "blocks": [section("")]}]}
    assert [problem.rpartition(":")[2] for problem in message_problems(inner)] == [
        "/attachments/0/blocks/0/text/text]",
        "/attachments/0/color]",
    ]


def test_slack_itself_can_be_asked(client: WebClient) -> None:
    assert client.api_call("blocks.validate", json={"blocks": [section()]})["ok"]
    with pytest.raises(SlackApiError) as refused:
        client.api_call("blocks.validate", json={"view": json.dumps(modal(title=plain("x" * 25)))})
    assert refused.value.response["error"] == "invalid_view"
    assert refused.value.response["errors"][0]["pointer"] == "/view/title/text"


KEYS = st.sampled_from(
    "type text blocks elements element accessory options option_groups initial_option initial_options "
    "label block_id action_id rows segments chart child_blocks attachments color metadata title".split()
)
TYPES = st.sampled_from(["modal", "home", "plain_text", "mrkdwn", *BLOCKS, *ELEMENTS])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | TYPES
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(JSON)
def test_no_nonsense_makes_the_checker_stumble(nonsense: Any) -> None:
    problems(nonsense, "message")
    view_problems(nonsense)
    view_problems({"type": "modal", "blocks": nonsense})
    message_problems({"text": "x", "blocks": nonsense, "attachments": [{"blocks": nonsense}]})
    message_problems({"attachments": nonsense, "metadata": nonsense})


def test_every_table_is_about_something_known() -> None:
    assert set(SURFACES) == set(BLOCKS)
    assert {"button", "static_select", "plain_text_input", "file_input"} <= set(ELEMENTS)
