"""The views.* methods and blocks.validate."""

from typing import Any

from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.errors import ApiError, missing
from bot.sandbox.slack.limits import message_problems, problems, view_problems
from bot.sandbox.slack.opening import (
    draw,
    new_view,
    open_view,
    open_views,
    push_view,
    refuse_bad_view,
    spend_trigger,
)
from bot.sandbox.slack.views import View, view_json

Json = dict[str, Any]


def open_modal(call: ApiCall) -> Json:
    """views.open"""
    body = call.need("view")
    refuse_bad_view(call.core, body, "modal")
    user = spend_trigger(call.core, str(call.need("trigger_id")))
    return {"view": view_json(open_view(call.core, user, body))}


def push_modal(call: ApiCall) -> Json:
    """views.push"""
    body = call.need("view")
    refuse_bad_view(call.core, body, "modal")
    user = spend_trigger(call.core, str(call.need("trigger_id")))
    return {"view": view_json(push_view(call.core, user, body))}


def update_modal(call: ApiCall) -> Json:
    """views.update"""
    body, view = call.need("view"), _named(call)
    refuse_bad_view(call.core, body, view.kind, known=view.id)
    _refuse_stale(call, view)
    draw(call.core, view, body)
    return {"view": view_json(view)}


def _named(call: ApiCall) -> View:
    view_id, external_id = call.arguments.get("view_id"), call.arguments.get("external_id")
    if not (view_id or external_id):
        raise missing("view_id")
    known = [*open_views(call.core), *call.core.homes.values()]
    for view in known:
        if view.id == view_id or (external_id and view.external_id == external_id):
            return view
    raise ApiError("not_found")


def _refuse_stale(call: ApiCall, view: View) -> None:
    claimed = call.arguments.get("hash")
    if claimed and claimed != view.hash:
        raise ApiError("hash_conflict")


def publish_home(call: ApiCall) -> Json:
    """views.publish"""
    body, user = call.need("view"), str(call.need("user_id"))
    person = call.core.users.get(user)
    if person is None or person.is_bot:
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] invalid user_id"]})
    refuse_bad_view(call.core, body, "home")
    view = call.core.homes.get(user)
    if view is None:
        view = new_view(call.core, user, body)
        call.core.views.pop(view.id)
        call.core.homes[user] = view
        call.core.touch()
    else:
        _refuse_stale(call, view)
        draw(call.core, view, body)
    return {"view": view_json(view)}


def validate_blocks(call: ApiCall) -> Json:
    """blocks.validate"""
    given = [name for name in ("blocks", "message", "view") if call.arguments.get(name)]
    if len(given) != 1:
        raise ApiError("invalid_arguments")
    value = call.arguments[given[0]]
    check = {"blocks": lambda v: problems(v, "message"), "message": message_problems, "view": view_problems}
    found = check[given[0]](value)
    if found:
        raise ApiError(f"invalid_{given[0]}", errors=[_pointed(problem) for problem in found])
    return {}


def _pointed(problem: str) -> Json:
    what, _, pointer = problem.rpartition(" [json-pointer:")
    pointer = pointer.removesuffix("]")
    return {"pointer": pointer, "code": "failed_constraint", "message": what}
