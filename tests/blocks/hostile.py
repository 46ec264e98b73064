"""What customers, shops and colleagues can write, and cases that say it wherever they can write."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

TEXTS = {
    "broadcast": "<!channel> <!here> <!everyone> <!subteam^S1>",
    "mention": "<@U1> and <#C1|general>",
    "link": "<https://evil.example/|your bank> https://evil.example/pay",
    "markup": "<script>alert(1)</script>",
    "escaped": "&lt;script&gt; &amp;lt; &lt;!channel&gt;",
    "right_to_left": "\u202egnp.exe\u202c \u2066left\u2069",
    "zero_width": "a\u200bb\u200d\ufeff\u2060",
    "long": "long " * 600,
    "unbroken": "x" * 3000,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 40,
    "shortcode": ":octagonal_sign: :white_check_mark:",
    "nul": "nul\0nul\x07\x1b[31m",
    "newlines": "\n\r\n\n\u2028" * 500 + "end",
    "spaces": "   \t \u00a0 ",
    "marks": "*bold* _x_ ~y~ `z` ```pre``` > quote",
    "unpaired": "***``` ` _ ~ *",
    "reference": "[RMA-1 op:refund] RMA-1042-R1",
    "braces": "{amount} {0} {} {name.__class__} %s %(x)s {{",
    "entities": "&" * 2900,
    "unicode": "\ud7ff\ue000\U0010ffff ﷽ ꧅",
}

# Values the desk itself or Slack made; nobody writes them.
OURS = {
    "number_of_return",
    "currency",
    "user_id",
    "reference",
    "why",
    "trouble",
    "timezone",
    "store_url",
    "credit_code_tail",
    "needs_human",
}


def poison(value: Any, text: str) -> Any:
    """``value`` with ``text`` in every place where somebody else could have written it."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **dict(_poisoned(value, text)))
    if isinstance(value, tuple):
        return tuple(poison(part, text) for part in value)
    if isinstance(value, dict):
        return {key: text if isinstance(part, str) else poison(part, text) for key, part in value.items()}
    return value


def _poisoned(value: Any, text: str) -> Iterator[tuple[str, Any]]:
    for each in fields(value):
        kept = getattr(value, each.name)
        ours = each.name in OURS or (each.name == "number" and hasattr(value, "return_id"))
        if isinstance(kept, Enum) or ours:
            continue
        yield each.name, text if isinstance(kept, str) else poison(kept, text)
