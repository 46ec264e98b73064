"""One click, submission or command as its listener sees it, and what becomes of an error on the way."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, BoltContext, BoltResponse
from slack_sdk import WebClient

from blocks.answers import error_text
from blocks.forms import notice
from blocks.kit import sentence
from blocks.refund_box_state import read_place
from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.changes import an_operation
from bot.errors import Blocked, DeskError, GatewayError, NotFound
from bot.i18n import Words
from handlers.slack.calls import called
from handlers.slack.unsaved import answer_unsaved, hurried, last_input
from store import inbox, journal
from store.db import AWAY, writing

log = logging.getLogger(__name__)
ANSWER = "slack.answer"
LARGEST = 2**63  # what a column of the database can hold
Answer = Mapping[str, Any] | None


@dataclass(frozen=True)
class Click:
    """Who did what where. ``client`` is only for opening and filling modals."""

    desk: Desk
    operator: Operator
    words: Words
    body: Mapping[str, Any]
    client: WebClient
    delivery: int

    @property
    def action(self) -> Mapping[str, Any]:
        """The button, menu or input that was used."""
        action: Mapping[str, Any] = self.body["actions"][0]
        return action

    @property
    def value(self) -> str:
        """What the button, or the chosen option of a menu, carries."""
        chosen = self.action.get("selected_option") or self.action
        return str(chosen.get("value", ""))

    @property
    def view(self) -> Mapping[str, Any]:
        """The modal it happened in."""
        view: Mapping[str, Any] = self.body["view"]
        return view

    @property
    def place(self) -> tuple[int, int]:
        """The return, or the order, and the version that the modal is about; (0, 0) where it names none."""
        try:
            row, version = read_place(self.view)
        except ValueError:
            return 0, 0
        return (row, version) if max(row, version) < LARGEST else (0, 0)

    @property
    def channel(self) -> str:
        """The channel it happened in; the returns channel where there was none."""
        place = self.body.get("channel") or {}
        named = place.get("id") or self.body.get("channel_id") or ""
        return str(named or self.desk.settings.slack_channel)

    def show(self, view: Mapping[str, Any]) -> Answer:
        """Open ``view``: on top of the modal the click came from, or as a new one. Raises Blocked."""
        self.open(view)
        return None

    def open(self, view: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same; gives what Slack says of the view that is open then."""
        in_modal = (self.body.get("view") or {}).get("type") == "modal"
        open_view = self.client.views_push if in_modal else self.client.views_open
        try:
            opened = called(open_view, trigger_id=self.body["trigger_id"], view=dict(view))
        except GatewayError as e:  # Slack takes a press for three seconds, and may be slow itself
            log.warning("a window was not opened: %s", e.detail)
            raise Blocked("Slack did not open the window in time. Please press again.") from e
        shown: Mapping[str, Any] = opened["view"]
        return shown

    def input(self, name: str) -> Mapping[str, Any]:
        """The state of one input of the modal; empty when it is not there."""
        block = self.view.get("state", {}).get("values", {}).get(name) or {}
        element: Mapping[str, Any] = next(iter(block.values()), {})
        return element

    def typed(self, name: str) -> str:
        """What was written into an input."""
        return str(self.input(name).get("value") or "")

    def chosen(self, name: str) -> str:
        """The value of the option that was chosen in a menu or of radio buttons."""
        return str((self.input(name).get("selected_option") or {}).get("value") or "")

    def say(self, text: str) -> None:
        """Plan an answer that only this person sees."""
        payload = {"user": self.operator.user_id, "channel": self.channel, "text": text}
        key = f"answer/{self.delivery}/{secrets.token_hex(4)}"
        operation = an_operation(key, ANSWER, "slack:answers", payload, now=self.desk.now(), urgency=0)
        with writing(self.desk.engine) as session:
            journal.plan(session, operation)


Listener = Callable[[Click], Answer]


def listening(desk: Desk, listener: Listener) -> Callable[..., BoltResponse]:
    """``listener`` as Bolt calls it: acknowledged once, with its answer or with why not."""

    def run(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> BoltResponse:
        click = click_of(hurried(desk, context), body, context, client)
        try:
            answer, outcome = _answer(listener, click)
        except AWAY as e:
            return answer_unsaved(click.desk, context, body, e)
        acknowledgement = ack(**(answer or {}))
        if outcome:
            _conclude(click, outcome)
        return acknowledgement

    return run


def _conclude(click: Click, outcome: str) -> None:
    """Why nothing became of it. That this cannot be written is no reason to take back what was said."""
    try:
        inbox.conclude(click.desk.engine, click.delivery, outcome)
    except AWAY as e:
        log.error("the outcome of delivery %s was not kept: %s", click.delivery, e)


def click_of(desk: Desk, body: Mapping[str, Any], context: BoltContext, client: WebClient) -> Click:
    """The click that the middleware prepared."""
    operator: Operator = context["operator"]
    return Click(
        desk=desk,
        operator=operator,
        words=Words(operator.language, desk.settings.timezone),
        body=body,
        client=client,
        delivery=context["delivery"],
    )


def _answer(listener: Listener, click: Click) -> tuple[Answer, str]:
    try:
        return listener(click), ""
    except DeskError as e:
        return _refuse(click, e), f"{type(e).__name__}: {e.message}"
    except AWAY:
        raise
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("unforeseen, reference %s", reference)
        text = error_text(click.words, reference)
        return _tell(click, text), f"error {reference}"


def _refuse(click: Click, error: DeskError) -> Answer:
    text = click.words(error.message, **error.values)
    if error.field and click.body.get("type") == "view_submission":
        block = _block_of(click.view, error.field)
        if block:
            return {"response_action": "errors", "errors": {block: text}}
    return _tell(click, sentence(click.words, error.message, error.values))


def _tell(click: Click, text: str) -> Answer:
    """Say it where the person looks: in the modal, in the answer to a command, else beside the card."""
    if click.body.get("type") == "view_submission":
        block = _block_of(click.view, "")
        if block:
            return {"response_action": "errors", "errors": {block: text}}
    if click.body.get("command"):
        return {"text": text, "response_type": "ephemeral"}
    if (click.body.get("view") or {}).get("type") == "home":
        return _tell_at_home(click, text)
    click.say(text)
    return None


def _tell_at_home(click: Click, text: str) -> Answer:
    """Nothing beside a home can be written: a small window says it."""
    try:
        return click.show(notice(click.words("Returns"), text, click.words))
    except Blocked:
        click.say(text)
        return None


def _block_of(view: Mapping[str, Any], field: str) -> str:
    """The input of ``field`` in a modal; the last input where the error is about none of them."""
    inputs = [str(block["block_id"]) for block in view.get("blocks", ()) if block.get("type") == "input"]
    named = [block for block in inputs if field and (block == field or block.startswith(f"{field}:"))]
    return named[0] if named else last_input(view)


def parse_return(value: str) -> tuple[int, int]:
    """The return and the version a button carries. Raises NotFound for a value of another kind or age."""
    number, _, version = value.partition(":")
    if not (is_count(number) and is_count(version)):
        raise NotFound("This button is from an older card. Please use the newest one.")
    return int(number), int(version)


def is_count(text: str) -> bool:
    """Whether ``text`` is a plain whole number that a column of the database can hold."""
    return text.isascii() and text.isdigit() and len(text) < 19
