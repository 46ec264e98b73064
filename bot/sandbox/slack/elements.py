"""Block Kit's interactive elements and small objects as tables: properties, lengths, counts."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.shapes import (
    BOTH,
    Anything,
    Chars,
    Complaint,
    Flag,
    Items,
    Number,
    OneOf,
    Rule,
    Shape,
    Spec,
    Text,
    Whole,
)

URL = Chars(longest=3000, form=r"(https?|mailto|tel|slack):.+")
IMAGE_URL = Chars(longest=3000, form=r"https?://.+")
DATE = Chars(form=r"\d{4}-\d{2}-\d{2}")
TIME = Chars(form=r"([01]\d|2[0-3]):[0-5]\d")
NUMERIC = Chars(form=r"-?\d+(\.\d+)?")
ID = Chars(longest=255)
STYLE = Chars(among=("primary", "danger"))

CONFIRM = Shape(
    {"title": Text(100), "text": Text(300, BOTH), "confirm": Text(30), "deny": Text(30)}, {"style": STYLE}
)
DISPATCH = Shape(
    {"trigger_actions_on": Items(Chars(among=("on_enter_pressed", "on_character_entered")), most=2)}
)
FILTER = Shape(
    {},
    {
        "include": Items(Chars(among=("im", "mpim", "private", "public")), most=4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
)
SLACK_FILE = Shape({}, {"id": Chars(), "url": Chars()})


def one_picture(value: dict[str, Any]) -> Iterator[Complaint]:
    """An image comes from a URL or from a Slack file, never from both and never from nowhere."""
    if ("image_url" in value) == ("slack_file" in value):
        yield "", "must provide either image_url or slack_file"


IMAGE = Shape(
    {"alt_text": Chars(2000, 1)}, {"image_url": IMAGE_URL, "slack_file": SLACK_FILE}, (one_picture,)
)


def _option(text: Spec, description: Spec, **more: Spec) -> Shape:
    return Shape({"text": text, "value": Chars(150, 1)}, {"description": description, **more})


OPTION = _option(Text(75), Text(75))
RICH_OPTION = _option(Text(75, BOTH), Text(75, BOTH))
LINK_OPTION = _option(Text(75), Text(75), url=URL)
GROUP = Shape({"label": Text(75), "options": Items(OPTION, most=100)})


def all_options(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of a static menu, whether grouped or not."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def initial_among_options(element: dict[str, Any]) -> Iterator[Complaint]:
    """What is chosen from the start must equal one of the options, all of it."""
    options = all_options(element)
    chosen = element.get("initial_options") or [element.get("initial_option")]
    if any(option is not None and option not in options for option in chosen):
        place = "/initial_options" if element.get("initial_options") else "/initial_option"
        yield place, "must match one of the provided options"


def options_or_groups(element: dict[str, Any]) -> Iterator[Complaint]:
    """A static menu has options or groups of options, not both."""
    if ("options" in element) == ("option_groups" in element):
        yield "", "must provide either options or option_groups"


def lengths_in_order(element: dict[str, Any]) -> Iterator[Complaint]:
    """A least length above the greatest can never be typed."""
    if element.get("min_length", 0) > element.get("max_length", 3000):
        yield "/min_length", "must be less than or equal to max_length"


def _element(required: dict[str, Spec] | None = None, *rules: Rule, **optional: Spec) -> Shape:
    base: dict[str, Spec] = {"action_id": ID, "focus_on_load": Flag()}
    return Shape(required or {}, {**base, **optional}, rules)


_PLACEHOLDER: dict[str, Spec] = {"placeholder": Text(150)}
_MOST: dict[str, Spec] = {"max_selected_items": Whole(1, 100)}
_STATIC: dict[str, Spec] = {"options": Items(OPTION, most=100), "option_groups": Items(GROUP, most=100)}
_TYPED: dict[str, Spec] = {**_PLACEHOLDER, "dispatch_action_config": DISPATCH}
_CONVERSATIONS: dict[str, Spec] = {"default_to_current_conversation": Flag(), "filter": FILTER}


def _select(*rules: Rule, **optional: Spec) -> Shape:
    return _element(None, *rules, **{**_PLACEHOLDER, "confirm": CONFIRM, **optional})


BUTTON = Shape(
    {"text": Text(75)},
    {
        "action_id": ID,
        "url": URL,
        "value": Chars(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": Chars(75),
        "agent_prompt": Chars(4000),
        "agent_prompt_display": Chars(4000),
    },
)
_FEEDBACK = Shape({"text": Text(75), "value": Chars(2000)}, {"accessibility_label": Chars(75)})

ELEMENTS: dict[str, Shape] = {
    "button": BUTTON,
    "workflow_button": Shape(
        {"text": Text(75), "workflow": Anything()},
        {"action_id": ID, "style": STYLE, "accessibility_label": Chars(75)},
    ),
    "icon_button": Shape(
        {"icon": Chars(), "text": Text(75)},
        {
            "action_id": ID,
            "value": Chars(2000),
            "confirm": CONFIRM,
            "accessibility_label": Chars(75),
            "visible_to_user_ids": Items(Chars(), most=100),
        },
    ),
    "feedback_buttons": Shape(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {"action_id": ID}
    ),
    "image": IMAGE,
    "overflow": Shape({"options": Items(LINK_OPTION, most=5)}, {"action_id": ID, "confirm": CONFIRM}),
    "checkboxes": _element(
        {"options": Items(RICH_OPTION, most=10)},
        initial_among_options,
        confirm=CONFIRM,
        initial_options=Items(RICH_OPTION, 10),
    ),
    "radio_buttons": _element(
        {"options": Items(RICH_OPTION, most=10)},
        initial_among_options,
        confirm=CONFIRM,
        initial_option=RICH_OPTION,
    ),
    "static_select": _select(options_or_groups, initial_among_options, **_STATIC, initial_option=OPTION),
    "multi_static_select": _select(
        options_or_groups, initial_among_options, **_STATIC, **_MOST, initial_options=Items(OPTION, 100)
    ),
    "external_select": _select(initial_option=OPTION, min_query_length=Whole(0)),
    "multi_external_select": _select(initial_options=Items(OPTION, 100), min_query_length=Whole(0), **_MOST),
    "users_select": _select(initial_user=Chars()),
    "multi_users_select": _select(initial_users=Items(Chars(), 100), **_MOST),
    "conversations_select": _select(
        initial_conversation=Chars(), response_url_enabled=Flag(), **_CONVERSATIONS
    ),
    "multi_conversations_select": _select(
        initial_conversations=Items(Chars(), 100), **_MOST, **_CONVERSATIONS
    ),
    "channels_select": _select(initial_channel=Chars(), response_url_enabled=Flag()),
    "multi_channels_select": _select(initial_channels=Items(Chars(), 100), **_MOST),
    "datepicker": _select(initial_date=DATE),
    "timepicker": _select(initial_time=TIME, timezone=Chars()),
    "datetimepicker": _element(None, confirm=CONFIRM, initial_date_time=Whole(0, 9_999_999_999)),
    "plain_text_input": _element(
        None,
        lengths_in_order,
        **_TYPED,
        initial_value=Chars(3000),
        multiline=Flag(),
        min_length=Whole(0, 3000),
        max_length=Whole(1, 3000),
    ),
    "rich_text_input": _element(
        None, **_TYPED, initial_value=Anything(), min_lines=Whole(1), max_lines=Whole(1)
    ),
    "email_text_input": _element(None, **_TYPED, initial_value=Chars()),
    "url_text_input": _element(None, **_TYPED, initial_value=Chars()),
    "number_input": _element(
        {"is_decimal_allowed": Flag()},
        **_TYPED,
        initial_value=NUMERIC,
        min_value=NUMERIC,
        max_value=NUMERIC,
    ),
    "file_input": Shape({}, {"action_id": ID, "filetypes": Items(Chars(), 100), "max_files": Whole(1, 10)}),
}

SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker", *SELECTS)
IN_SECTION = ("button", "workflow_button", "image", "overflow", *PICKERS)
IN_ACTIONS = ("button", "workflow_button", "overflow", "rich_text_input", *PICKERS)
IN_INPUT = (
    "plain_text_input",
    "rich_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    *PICKERS,
)
IN_CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")


def elements(names: tuple[str, ...]) -> OneOf:
    """The named elements, as what may stand in one place."""
    return OneOf({name: ELEMENTS[name] for name in names})


CELL_NUMBER = Shape({"value": Number()}, {"text": Chars()})
