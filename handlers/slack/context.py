"""Who clicks, and whether this click was here before: middleware that runs ahead of every listener."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse

from bot.desk import Desk
from bot.desk.access import find_operator
from handlers.slack.people import plan_look_up
from handlers.slack.unsaved import answer_unsaved, hurried
from store import inbox
from store.db import AWAY

log = logging.getLogger(__name__)


def install(app: App, desk: Desk) -> None:
    """Put the middleware in front of the listeners of ``app``."""

    @app.middleware
    def receive(
        request: BoltRequest, context: BoltContext, next_: Callable[[], BoltResponse]
    ) -> BoltResponse:
        """One durable row before anything happens; a second copy of the same delivery is only answered.

        A menu that asks for options changes nothing, and asks again at each letter: it needs no row.
        """
        at_once = hurried(desk, context)
        if request.body.get("type") == "block_suggestion":
            return next_()
        try:
            delivery = inbox.receive(at_once.engine, "slack", delivery_key(request.body), at=desk.now())
        except AWAY as e:
            return answer_unsaved(at_once, context, request.body, e)
        if delivery is None:
            return BoltResponse(status=200, body="")
        context["delivery"] = delivery
        return next_()

    @app.middleware
    def identify(
        request: BoltRequest, context: BoltContext, next_: Callable[[], BoltResponse]
    ) -> BoltResponse:
        """The operator and their language, from our own table; an unknown one is looked up for next time."""
        at_once, user_id = hurried(desk, context), context.user_id or ""
        try:
            operator = find_operator(at_once, user_id)
            if operator.unknown and user_id:
                plan_look_up(at_once, user_id)
        except AWAY as e:
            return answer_unsaved(at_once, context, request.body, e)
        context["operator"] = operator
        return next_()


def delivery_key(body: dict[str, Any]) -> str:
    """What names a delivery of Slack: two clicks of one person differ, two copies of one click do not."""
    if "event_id" in body:
        return f"event|{body['event_id']}"
    if body.get("type") in ("block_actions", "interactive_message"):
        action = body["actions"][0]
        place = body.get("container", {})
        where = place.get("message_ts") or place.get("view_id") or ""
        return f"action|{body['user']['id']}|{where}|{action['action_id']}|{action.get('action_ts')}"
    view = body.get("view", {})
    what = body.get("type") or body.get("command") or "other"
    return f"{what}|{body.get('trigger_id', '')}|{view.get('id', '')}|{view.get('hash', '')}"
