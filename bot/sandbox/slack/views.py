"""Modals and Home tabs as Slack keeps them: a person's view, its fields, its place in a stack of three."""

import copy
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.inputs import carried, first_values, name_parts, state_json
from bot.sandbox.slack.messages import Values

STACK = 3
_WORDS = ("title", "submit", "close")


@dataclass
class View:
    """A modal or a Home tab in front of one person."""

    id: str
    user: str
    team: str
    app_id: str
    bot_id: str
    body: dict[str, Any]
    hash: str = ""
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    offered: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    root: str = ""
    previous: str = ""
    updates: int = 0

    @property
    def kind(self) -> str:
        """ "modal" or "home"."""
        return str(self.body["type"])

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """What it shows."""
        return list(self.body["blocks"])

    @property
    def title(self) -> str:
        """The words at its top; a Home tab has none."""
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The app's own name for it."""
        return str(self.body.get("callback_id") or "")

    @property
    def external_id(self) -> str:
        """The app's own key of it, unique in the workspace, or nothing."""
        return str(self.body.get("external_id") or "")

    def draw(self, body: dict[str, Any], hash_: str, new_id: Any) -> None:
        """Show ``body`` from now on; fields keep what the person put into them."""
        fresh = copy.deepcopy(body)
        name_parts(fresh["blocks"], new_id)
        self.values = carried(self.values, fresh["blocks"]) if self.hash else first_values(fresh["blocks"])
        self.body, self.hash, self.errors = fresh, hash_, {}
        self.updates += 1


def view_json(view: View) -> dict[str, Any]:
    """The view as the Web API and payloads show it."""
    body = view.body
    shown: dict[str, Any] = {
        "id": view.id,
        "team_id": view.team,
        "type": view.kind,
        "blocks": copy.deepcopy(body["blocks"]),
        "private_metadata": body.get("private_metadata") or "",
        "callback_id": view.callback_id,
        "state": state_json(view.values),
        "hash": view.hash,
        **{name: body.get(name) for name in _WORDS},
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
        "previous_view_id": view.previous or None,
        "root_view_id": view.root or view.id,
        "app_id": view.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": view.team,
        "bot_id": view.bot_id,
    }
    if view.kind == "modal":
        shown["submit_disabled"] = bool(body.get("submit_disabled"))
    return shown
