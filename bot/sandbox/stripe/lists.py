"""How objects leave the service: expanded where asked, in pages, without what is only known inside."""

from collections.abc import Callable
from copy import deepcopy

from bot.sandbox.stripe.errors import invalid
from bot.sandbox.stripe.forms import Params
from bot.sandbox.stripe.records import Json, Records

DEEPEST_EXPANSION = 4
REFERENCES = {"charge": "charge", "latest_charge": "charge", "payment_intent": "payment_intent"}

# Refunds carry no mode, a secret is shown at creation only, line items only when asked for.
INNER = {
    "refund": ("livemode",),
    "webhook_endpoint": ("secret",),
    "checkout.session": ("line_items", "intent_data"),
}


def render(record: Json) -> Json:
    """A copy as Stripe shows it, without what only the account itself knows."""
    shown = deepcopy(record)
    for inner in INNER.get(shown["object"], ()):
        shown.pop(inner, None)
    return shown


def expanded(records: Records, record: Json, paths: list[str]) -> Json:
    """The rendered object with the references of ``paths`` replaced by what they name."""
    shown = render(record)
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST_EXPANSION:
            raise invalid(f"You cannot expand more than {DEEPEST_EXPANSION} levels", param="expand")
        _expand(records, shown, steps, path)
    return shown


def _expand(records: Records, shown: Json, steps: list[str], path: str) -> None:
    name, *rest = steps
    if not isinstance(shown.get(name), dict):
        shown[name] = _target(records, shown, name, path)
    target = shown[name]
    if not rest or target is None:
        return
    if target["object"] == "list" and rest[0] == "data":
        for row in target["data"]:
            _expand(records, row, rest[1:], path)
    else:
        _expand(records, target, rest, path)


def _target(records: Records, shown: Json, name: str, path: str) -> Json | None:
    if name in REFERENCES and name in shown:
        found = records.get(REFERENCES[name], shown[name] or "")
        return render(found) if found else None
    if (shown["object"], name) == ("charge", "refunds"):
        rows = [one for one in records.all("refund") if one["charge"] == shown["id"]]
        return as_list([render(row) for row in rows], f"/v1/charges/{shown['id']}/refunds")
    if (shown["object"], name) == ("checkout.session", "line_items"):
        stored = records.get("checkout.session", shown["id"]) or {}
        return as_list(deepcopy(stored["line_items"]), f"/v1/checkout/sessions/{shown['id']}/line_items")
    raise invalid(f"This property cannot be expanded ({path}).", param="expand")


def as_list(rows: list[Json], url: str, *, more: bool = False) -> Json:
    """Stripe's list object."""
    return {"object": "list", "data": rows, "has_more": more, "url": url}


def page(rows: list[Json], params: Params, url: str, show: Callable[[Json], Json]) -> Json:
    """One page of ``rows`` (newest first) by ``limit``, ``starting_after`` and ``ending_before``."""
    rows = [row for row in rows if _within(row["created"], params)]
    limit = _limit(params)
    before, after = params.text("ending_before"), params.text("starting_after")
    if before and after:
        raise invalid("You may pass only one of ending_before and starting_after", param="ending_before")
    if before:
        candidates = rows[: _position(rows, before, "ending_before")]
        chosen = candidates[-limit:]
    else:
        candidates = rows[_position(rows, after, "starting_after") + 1 :] if after else rows
        chosen = candidates[:limit]
    return as_list([show(row) for row in chosen], url, more=len(candidates) > limit)


def _limit(params: Params) -> int:
    limit = params.integer("limit", least=1) or 10
    if limit > 100:
        raise invalid("This value must be less than or equal to 100", param="limit")
    return limit


def _position(rows: list[Json], reference: str, param: str) -> int:
    for index, row in enumerate(rows):
        if row["id"] == reference:
            return index
    raise invalid(f"No such object: '{reference}'", param=param, code="resource_missing")


def _within(created: int, params: Params) -> bool:
    if not isinstance(params.values.get("created"), dict):
        exact = params.integer("created")
        return exact is None or created == exact
    bounds = params.nested("created") or params
    bounds.only("gt", "gte", "lt", "lte")
    above, least = bounds.integer("gt"), bounds.integer("gte")
    below, most = bounds.integer("lt"), bounds.integer("lte")
    return (
        (above is None or created > above)
        and (least is None or created >= least)
        and (below is None or created < below)
        and (most is None or created <= most)
    )
