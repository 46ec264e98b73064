"""create_bolt(desk): the Bolt application and its listeners, listed. The same over HTTP and Socket Mode."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from blocks import ids
from bot.desk import Desk
from handlers.slack import (
    articles,
    box,
    commands,
    context,
    decisions,
    differences,
    events,
    exchange,
    finding,
    home,
    lists,
    opening,
    sharing,
    talk,
)
from handlers.slack import credits as gift_credits
from handlers.slack.calls import open_client
from handlers.slack.click import Click, click_of, listening
from handlers.slack.identity import Identity

THREADS = 32
COMPUTED = (ids.LINES, ids.UNITS, ids.FEES, ids.CHARGE_ANYWAY, ids.CUSTOM_AMOUNT, ids.METHOD)
ACTIONS = {
    **decisions.ACTIONS,
    **box.ACTIONS,
    **home.ACTIONS,
    **finding.ACTIONS,
    **lists.ACTIONS,
    **sharing.ACTIONS,
    **differences.ACTIONS,
    **exchange.ACTIONS,
    **gift_credits.ACTIONS,
    **talk.ACTIONS,
}
SUBMISSIONS = {
    **decisions.SUBMISSIONS,
    **box.SUBMISSIONS,
    **home.SUBMISSIONS,
    **opening.SUBMISSIONS,
    **differences.SUBMISSIONS,
    **exchange.SUBMISSIONS,
    **gift_credits.SUBMISSIONS,
    **talk.SUBMISSIONS,
}
RECOMPUTING = re.compile(rf"^({'|'.join(COMPUTED)})(:|$)")


def create_bolt(desk: Desk, client: WebClient | None = None) -> App:
    """The Bolt application. Listeners run in the request's own thread: they verify, write and acknowledge."""
    client = client or open_client(desk.settings)
    app = App(
        name="returns-desk",
        logger=_quiet_logger(),
        client=_without_token(desk),
        signing_secret=desk.settings.slack_signing_secret.get_secret_value() or None,
        authorize=_authorize(Identity(client)),
        process_before_response=True,
        request_verification_enabled=False,  # checked at the door, and by Slack's socket
        ignoring_self_events_enabled=True,
        raise_error_for_unhandled_request=False,
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="slack"),
    )
    context.install(app, desk)
    _listen(app, desk)
    return app


def _listen(app: App, desk: Desk) -> None:
    app.command("/returns")(listening(desk, commands.returns))
    for action_id, listener in ACTIONS.items():
        app.action(action_id)(listening(desk, lists.following(listener)))
    for callback_id, listener in SUBMISSIONS.items():
        app.view(callback_id)(listening(desk, listener))
    for callback_id, listener in {**talk.SHORTCUTS, **finding.SHORTCUTS}.items():
        app.message_shortcut(callback_id)(listening(desk, listener))
    app.action(RECOMPUTING)(ack=_acknowledge, lazy=[_recomputing(desk, box.recompute)])
    app.action(talk.RECOMPUTING)(ack=_acknowledge, lazy=[_recomputing(desk, talk.recompute)])
    app.options(articles.MENUS)(articles.suggesting(desk))
    for event, listener in {**events.EVENTS, **finding.EVENTS}.items():
        app.event(event)(listening(desk, listener))
    app.action(re.compile(".*"))(listening(desk, events.unknown))


def _recomputing(desk: Desk, redraw: Callable[[Click], None]) -> Callable[..., None]:
    def recompute(body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
        redraw(click_of(desk, body, context, client))

    return recompute


def _without_token(desk: Desk) -> WebClient:
    """Bolt puts the token of ``authorize`` into a copy of this for each request."""
    return WebClient(base_url=desk.settings.slack_api_url, timeout=3, retry_handlers=[])


def _acknowledge(ack: Ack) -> None:
    ack()


def _authorize(who: Identity) -> Callable[..., AuthorizeResult]:
    """Bolt looks at the names of the arguments, and takes "self" for one of its own."""

    def authorize(context: BoltContext) -> AuthorizeResult:
        return who.result(context)

    return authorize


def _quiet_logger() -> logging.Logger:
    """Bolt logs request bodies, and a page of advice for each event nobody asked for: only errors stay."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger
