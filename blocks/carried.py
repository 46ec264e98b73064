"""What a modal carries beside the return it is about: one text by name. Trusts nothing that comes back."""

import json
from collections.abc import Mapping
from typing import Any

from blocks.forms import place_of
from bot.rules.case import ReturnCase


def write_carried(case: ReturnCase, name: str, value: str) -> str:
    """The private metadata of a modal about ``case`` that also knows ``value``."""
    return json.dumps({"place": place_of(case), name: value})


def read_carried(view: Mapping[str, Any], name: str) -> str:
    """The text of that name; empty for a view that is not ours."""
    try:
        kept = json.loads(str(view.get("private_metadata", "")))
    except ValueError:
        return ""
    return str(kept.get(name, "")) if isinstance(kept, dict) else ""
