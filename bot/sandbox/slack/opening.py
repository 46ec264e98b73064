"""Opening, stacking, redrawing and closing views; used by the Web API and by answers to submissions."""

from typing import Any

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.errors import ApiError, described
from bot.sandbox.slack.limits import VIEW_BYTES, view_problems
from bot.sandbox.slack.views import STACK, View


def spend_trigger(core: Core, name: str) -> str:
    """Whose gesture a trigger_id stands for; it serves once, within three seconds."""
    trigger = core.triggers.get(name)
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.spent:
        raise ApiError("exchanged_trigger_id")
    if (core.now() - trigger.made).total_seconds() > core.settings.trigger_seconds:
        raise ApiError("expired_trigger_id")
    trigger.spent = True
    return trigger.user


def refuse_bad_view(core: Core, body: Any, kind: str, *, known: str = "") -> None:
    """Raise what views.* would answer to a bad view; ``known`` is the view that keeps its external_id."""
    problems = view_problems(body)
    if not problems and body["type"] != kind:
        problems = ["unsupported type for this method [json-pointer:/view/type]"]
    if problems:
        raise described("invalid_arguments", problems)
    if len(str(body)) > VIEW_BYTES:
        raise ApiError("view_too_large")
    taken = [view.id for view in open_views(core) if view.external_id]
    for view_id in taken:
        same = core.views[view_id].external_id == body.get("external_id")
        if same and view_id != known:
            raise ApiError("duplicate_external_id")


def open_views(core: Core) -> list[View]:
    """Every modal that stands in front of somebody."""
    return [core.views[name] for stack in core.stacks.values() for name in stack]


def new_view(core: Core, user_id: str, body: dict[str, Any]) -> View:
    """A view of this person, drawn but not yet shown."""
    view = View(core.new_id("V"), user_id, core.users[user_id].team_id, core.app_id, core.bot_id, body)
    view.root = view.id
    draw(core, view, body)
    core.views[view.id] = view
    return view


def draw(core: Core, view: View, body: dict[str, Any]) -> None:
    """Show other blocks in a view; its hash changes."""
    view.draw(body, f"{int(core.now().timestamp())}.{core.new_id('h')}", core.new_id)
    core.touch()


def open_view(core: Core, user_id: str, body: dict[str, Any]) -> View:
    """Put a modal in front of a person, in place of what stood there."""
    close_all(core, user_id)
    view = new_view(core, user_id, body)
    core.stacks[user_id] = [view.id]
    core.touch()
    return view


def push_view(core: Core, user_id: str, body: dict[str, Any]) -> View:
    """Put a modal on top of those already open."""
    stack = core.stacks.get(user_id) or []
    if not stack:
        raise ApiError("not_found")
    if len(stack) >= STACK:
        raise ApiError("push_limit_reached")
    view = new_view(core, user_id, body)
    view.root, view.previous = core.views[stack[0]].id, stack[-1]
    stack.append(view.id)
    core.touch()
    return view


def close_view(core: Core, view: View) -> None:
    """Take one modal away; the one below it shows again."""
    stack = core.stacks.get(view.user) or []
    if view.id in stack:
        stack.remove(view.id)
        core.views.pop(view.id)
        core.touch()


def close_all(core: Core, user_id: str) -> list[View]:
    """Take every modal of a person away; answers them, the top one first."""
    closed = [core.views.pop(name) for name in reversed(core.stacks.pop(user_id, []))]
    core.touch()
    return closed


def top_view(core: Core, user_id: str) -> View | None:
    """The modal a person looks at, if any."""
    stack = core.stacks.get(user_id) or []
    return core.views[stack[-1]] if stack else None
