"""Block Kit's blocks as tables: properties, lengths, counts, and the surfaces each may stand on."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.elements import (
    BUTTON,
    CELL_NUMBER,
    ELEMENTS,
    IMAGE,
    IMAGE_URL,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    URL,
    elements,
    one_picture,
)
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


def files_are_not_heard_of(block: dict[str, Any]) -> Iterator[Complaint]:
    """Slack's reference of the input block: a choice of files cannot be dispatched."""
    if block.get("dispatch_action") and block["element"].get("type") == "file_input":
        yield "/element/type", "unsupported type: file_input"


BLOCK_ID = Chars(longest=255)
HTTPS = Chars(longest=3000, form=r"https://.+")

_LEAVES = OneOf(
    {
        "text": Shape({"text": Chars(12000, 1)}, {"style": Anything()}),
        "link": Shape({"url": URL}, {"text": Chars(), "style": Anything(), "unsafe": Flag()}),
        "user": Shape({"user_id": Chars()}, {"style": Anything()}),
        "channel": Shape({"channel_id": Chars()}, {"style": Anything()}),
        "usergroup": Shape({"usergroup_id": Chars()}, {"style": Anything()}),
        "emoji": Shape({"name": Chars()}, {"unicode": Chars(), "style": Anything()}),
        "date": Shape(
            {"timestamp": Whole(0), "format": Chars()},
            {"url": URL, "fallback": Chars(), "style": Anything()},
        ),
        "broadcast": Shape({"range": Chars(among=("here", "channel", "everyone"))}, {"style": Anything()}),
        "color": Shape({"value": Chars()}, {"style": Anything()}),
        "team": Shape({"team_id": Chars()}, {"style": Anything()}),
    }
)
_LEAF_LIST = Items(_LEAVES, most=1000, least=0)
_SECTION = Shape({"elements": _LEAF_LIST})
RICH_TEXT_PARTS = OneOf(
    {
        "rich_text_section": _SECTION,
        "rich_text_preformatted": Shape(
            {"elements": _LEAF_LIST}, {"border": Whole(0, 1), "language": Chars()}
        ),
        "rich_text_quote": Shape({"elements": _LEAF_LIST}, {"border": Whole(0, 1)}),
        "rich_text_list": Shape(
            {
                "style": Chars(among=("bullet", "ordered")),
                "elements": Items(OneOf({"rich_text_section": _SECTION}), most=1000),
            },
            {"indent": Whole(0, 8), "offset": Whole(0), "border": Whole(0, 1)},
        ),
    }
)
RICH_TEXT = Shape({"elements": Items(RICH_TEXT_PARTS, most=1000)}, {"block_id": BLOCK_ID})

_CELL = OneOf({"raw_text": Shape({"text": Chars()}), "raw_number": CELL_NUMBER, "rich_text": RICH_TEXT})
_COLUMN = Shape({}, {"align": Chars(among=("left", "center", "right")), "is_wrapped": Flag()})
_LABEL = Chars(20, 1)
_POINT = Shape({"label": _LABEL, "value": Number()})
_SERIES = Shape({"name": _LABEL, "data": Items(_POINT, most=20)})
_AXES = Shape({}, {"categories": Items(_LABEL, most=20), "x_label": Chars(50), "y_label": Chars(50)})
_LINES = Shape({"series": Items(_SERIES, most=12), "axis_config": _AXES})
_CHART = OneOf(
    {
        "pie": Shape({"segments": Items(_POINT, most=12)}),
        "bar": _LINES,
        "line": _LINES,
        "area": _LINES,
    }
)


def text_or_fields(block: dict[str, Any]) -> Iterator[Complaint]:
    """A section without words says nothing."""
    if "text" not in block and "fields" not in block:
        yield "", "missing required field: text or fields"


def equal_rows(block: dict[str, Any]) -> Iterator[Complaint]:
    """All rows of a data table are equally long."""
    if len({len(row) for row in block["rows"]}) > 1:
        yield "/rows", "all rows must have the same number of cells"


def plain_header(block: dict[str, Any]) -> Iterator[Complaint]:
    """The first row of a data table heads its columns, in plain words."""
    if any(cell.get("type") == "rich_text" for cell in block["rows"][0]):
        yield "/rows/0", "unsupported type: rich_text"


def short_table(block: dict[str, Any]) -> Iterator[Complaint]:
    """A data table holds at most 20,000 characters."""
    if sum(len(str(cell.get("text", ""))) for row in block["rows"] for cell in row) > 20_000:
        yield "/rows", "must be less than 20001 characters"


def some_content(block: dict[str, Any]) -> Iterator[Complaint]:
    """A card shows at least one of its parts."""
    if not {"hero_image", "title", "actions", "body"} & block.keys():
        yield "", "missing required field: title, body, hero_image or actions"


def titled(block: dict[str, Any]) -> Iterator[Complaint]:
    """A container has a title of one of two kinds."""
    if ("title" in block) == ("rich_text_title" in block):
        yield "", "must provide either title or rich_text_title"


def distinct_actions(block: dict[str, Any]) -> Iterator[Complaint]:
    """An action_id occurs once inside its block."""
    seen: set[str] = set()
    for number, element in enumerate(block["elements"]):
        name = element.get("action_id")
        if name and name in seen:
            yield f"/elements/{number}/action_id", f"action_id `{name}` already exists in this block"
        seen.add(name or "")


def _block(required: dict[str, Spec], *rules: Rule, **optional: Spec) -> Shape:
    return Shape(required, {"block_id": BLOCK_ID, **optional}, rules)


_CARD = _block(
    {},
    some_content,
    hero_image=IMAGE,
    icon=IMAGE,
    title=Text(150, BOTH),
    subtitle=Text(150, BOTH),
    body=Text(200, BOTH),
    subtext=Text(200, BOTH),
    actions=Items(OneOf({"button": BUTTON}), most=3),
)
_TASK = _block(
    {
        "task_id": Chars(255, 1),
        "title": Chars(),
        "status": Chars(among=("pending", "in_progress", "complete", "error")),
    },
    details=RICH_TEXT,
    output=RICH_TEXT,
    sources=Items(OneOf({"url": Shape({"url": URL, "text": Chars()})}), most=50),
)

_PLAIN_BLOCKS: dict[str, Shape] = {
    "section": _block(
        {},
        text_or_fields,
        text=Text(3000, BOTH),
        fields=Items(Text(2000, BOTH), most=10),
        accessory=elements(IN_SECTION),
        expand=Flag(),
    ),
    "header": _block({"text": Text(150)}, level=Whole(1, 4)),
    "divider": _block({}),
    "context": _block(
        {
            "elements": Items(
                OneOf(
                    {
                        "image": IMAGE,
                        "plain_text": Shape({"text": Chars(3000, 1)}, {"emoji": Flag()}),
                        "mrkdwn": Shape({"text": Chars(3000, 1)}, {"verbatim": Flag()}),
                    }
                ),
                most=10,
            )
        }
    ),
    "actions": _block({"elements": Items(elements(IN_ACTIONS), most=25)}, distinct_actions),
    "input": _block(
        {"label": Text(2000), "element": elements(IN_INPUT)},
        files_are_not_heard_of,
        hint=Text(2000),
        optional=Flag(),
        dispatch_action=Flag(),
    ),
    "image": _block(
        {"alt_text": Chars(2000, 1)},
        one_picture,
        image_url=IMAGE_URL,
        slack_file=SLACK_FILE,
        title=Text(2000),
    ),
    "rich_text": RICH_TEXT,
    "markdown": _block({"text": Chars(12_000, 1)}),
    "table": _block(
        {"rows": Items(Items(_CELL, most=20), most=100)},
        column_settings=Items(_COLUMN, most=20),
    ),
    "video": _block(
        {
            "alt_text": Chars(2000, 1),
            "title": Text(199),
            "thumbnail_url": HTTPS,
            "video_url": HTTPS,
        },
        title_url=HTTPS,
        description=Text(200),
        author_name=Chars(49),
        provider_name=Chars(50),
        provider_icon_url=HTTPS,
    ),
    "context_actions": _block({"elements": Items(elements(IN_CONTEXT_ACTIONS), most=5)}, distinct_actions),
    "alert": _block(
        {"text": Text(200, BOTH)}, level=Chars(among=("default", "info", "warning", "error", "success"))
    ),
    "card": _CARD,
    "carousel": _block({"elements": Items(OneOf({"card": _CARD}), most=10)}),
    "data_table": _block(
        {"caption": Chars(3000, 1), "rows": Items(Items(_CELL, most=20), most=201, least=2)},
        equal_rows,
        plain_header,
        short_table,
        page_size=Whole(1, 100),
        row_header_column_index=Whole(0, 19),
    ),
    "data_visualization": _block({"title": Chars(50, 1), "chart": _CHART}),
    "plan": _block({"title": Chars()}, tasks=Items(OneOf({"task_card": _TASK}), most=50, least=0)),
    "task_card": _TASK,
}

BLOCKS: dict[str, Shape] = {
    **_PLAIN_BLOCKS,
    "container": _block(
        {"child_blocks": Items(OneOf(_PLAIN_BLOCKS), most=10)},
        titled,
        title=Text(150),
        rich_text_title=RICH_TEXT,
        subtitle=Text(150),
        width=Chars(among=("narrow", "standard", "wide", "full")),
        icon=IMAGE,
        is_collapsible=Flag(),
        default_collapsed=Flag(),
        has_header_divider=Flag(),
    ),
}

_EVERYWHERE = ("message", "modal", "home")
SURFACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(BLOCKS, _EVERYWHERE),
    "markdown": ("message",),
    "table": ("message", "home"),
    "context_actions": ("message",),
    "alert": ("modal",),
    "carousel": ("message", "home"),
    "container": ("message", "home"),
    "data_table": ("message", "home"),
    "data_visualization": ("message", "home"),
    "plan": ("message",),
    "task_card": ("message",),
}

STATEFUL = (*IN_INPUT,)
__all__ = ["BLOCKS", "ELEMENTS", "STATEFUL", "SURFACES"]
