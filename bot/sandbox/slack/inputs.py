"""What a person's client remembers of the fields in blocks: first values, changes, JSON in payloads."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.slack.elements import all_options
from bot.sandbox.slack.messages import Values

Fragment = dict[str, Any]

# type of element -> (its key in payloads, the property with its first value)
FIELDS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
_ECHOED = ("text", "value", "style", "url", "confirm", "placeholder", "min_query_length")


def parts(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every interactive element with its block, top to bottom, those inside containers and cards included."""
    for block in blocks:
        inner = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        for element in [*inner, *(block.get("actions") or [])]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element
        yield from parts(block.get("child_blocks") or [])
        if block.get("type") == "carousel":
            yield from parts(block["elements"])


def name_parts(blocks: list[dict[str, Any]], new_id: Any) -> None:
    """Give every block and element without an id one, as Slack does."""
    for block in blocks:
        block["block_id"] = block.get("block_id") or new_id("b")
        inner = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        for element in [*inner, *(block.get("actions") or [])]:
            if isinstance(element, dict) and (element.get("type") in FIELDS or _is_button(element)):
                element["action_id"] = element.get("action_id") or new_id("a")
        name_parts(block.get("child_blocks") or [], new_id)


def _is_button(element: dict[str, Any]) -> bool:
    return element.get("type") in ("button", "overflow", "icon_button", "feedback_buttons", "workflow_button")


def is_many(kind: str) -> bool:
    """Whether a field holds several values."""
    return FIELDS[kind][0].endswith("s")


def first_value(element: dict[str, Any]) -> Fragment:
    """The field as it looks before anybody touched it."""
    key, initial = FIELDS[element["type"]]
    return {
        "type": element["type"],
        key: element.get(initial) or ([] if is_many(element["type"]) else None),
    }


def first_values(blocks: list[dict[str, Any]]) -> Values:
    """All fields before anybody touched them."""
    return {
        (block["block_id"], element["action_id"]): first_value(element)
        for block, element in parts(blocks)
        if element["type"] in FIELDS
    }


def carried(old: Values, blocks: list[dict[str, Any]]) -> Values:
    """The fields of redrawn blocks: what stood in a field of the same block_id and action_id stays there.

    That holds even where the new blocks name another first value, a habit of Slack's clients that
    surprises many; a choice that is no longer offered is dropped.
    """
    values = first_values(blocks)
    for block, element in parts(blocks):
        key = (block["block_id"], element["action_id"])
        kept = old.get(key)
        if kept and kept["type"] == element["type"] and _still_offered(element, kept):
            values[key] = kept
    return values


def _still_offered(element: dict[str, Any], fragment: Fragment) -> bool:
    options = all_options(element)
    if not options:
        return True
    key, _ = FIELDS[element["type"]]
    chosen = fragment[key] if is_many(element["type"]) else [fragment[key]]
    known = [option["value"] for option in options]
    return all(option is None or option["value"] in known for option in chosen)


def chosen_value(element: dict[str, Any], wanted: Any, offered: list[dict[str, Any]]) -> Fragment:
    """The field after a person chose or typed ``wanted``; options are named by value or by their words."""
    kind = element["type"]
    key, _ = FIELDS[kind]
    if "option" in key:
        options = all_options(element) or offered
        many = list(wanted) if isinstance(wanted, list | tuple | set) else [wanted]
        picked = [pick(options, one) for one in many if one is not None]
        return {"type": kind, key: picked if is_many(kind) else (picked[0] if picked else None)}
    if kind in TYPED and kind != "rich_text_input":
        return {"type": kind, key: str(wanted) if wanted not in (None, "") else None}
    if is_many(kind):
        return {"type": kind, key: list(wanted) if isinstance(wanted, list | tuple) else [wanted]}
    return {"type": kind, key: wanted}


def pick(options: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """The option with this value or these words; LookupError if a person could not find it."""
    for option in options:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    raise LookupError(f"no option {wanted!r} among {[option['value'] for option in options]}")


def state_json(values: Values) -> dict[str, Any]:
    """``state`` as payloads carry it."""
    shown: dict[str, dict[str, Any]] = {}
    for (block_id, action_id), fragment in values.items():
        shown.setdefault(block_id, {})[action_id] = dict(fragment)
    return {"values": shown}


def action_json(
    block: dict[str, Any], element: dict[str, Any], fragment: Fragment, action_ts: str
) -> dict[str, Any]:
    """One entry of ``actions`` in a block_actions payload."""
    initial = FIELDS.get(element["type"], ("", "-"))[1]
    shown = {name: element[name] for name in (*_ECHOED, initial) if name in element}
    base = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    return {**base, **shown, **fragment, "action_ts": action_ts}


def complaints(blocks: list[dict[str, Any]], values: Values) -> dict[str, str]:
    """What Slack's client itself objects to before it sends a modal: block_id -> sentence."""
    found: dict[str, str] = {}
    for block in blocks:
        if block.get("type") == "input":
            element = block["element"]
            fragment = values[block["block_id"], element["action_id"]]
            complaint = _complaint(block, element, fragment[FIELDS[element["type"]][0]])
            if complaint:
                found[block["block_id"]] = complaint
    return found


def _complaint(block: dict[str, Any], element: dict[str, Any], value: Any) -> str:
    if value in (None, [], ""):
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_complaint(element, str(value))
    if element["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(value)):
        return "Please enter a valid email address."
    if element["type"] == "url_text_input" and not re.match(r"\w+:\S", str(value)):
        return "Please enter a valid URL."
    if element["type"] == "plain_text_input":
        return _length_complaint(element, len(str(value)))
    return ""


def _length_complaint(element: dict[str, Any], length: int) -> str:
    if length < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if length > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def _number_complaint(element: dict[str, Any], typed: str) -> str:
    try:
        number = Decimal(typed)
    except InvalidOperation:
        return "Please enter a valid number."
    whole = number == number.to_integral_value()
    least, most = element.get("min_value"), element.get("max_value")
    if not number.is_finite() or not (element["is_decimal_allowed"] or whole):
        return "Please enter a valid number."
    if least is not None and number < Decimal(least):
        return f"Please enter a number of at least {least}."
    if most is not None and number > Decimal(most):
        return f"Please enter a number of at most {most}."
    return ""
