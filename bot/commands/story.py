"""Plays the sandbox's story into a desk: customers ask at the intake, the team clicks and types in Slack."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from bot.desk import Desk
from bot.desk.access import find_operator
from bot.errors import GatewayError, OutcomeUnknown, Refused
from bot.sandbox.page.deeds import cancel_order
from bot.sandbox.server import Sandbox
from bot.sandbox.slack import Message
from bot.sandbox.story import Act, Request
from bot.sandbox.story.people import CHANNEL
from handlers.signing import intake_signature
from store.db import reading
from store.returns import extension_of

PATIENCE = 20.0  # seconds for a card to appear or to change


@dataclass(frozen=True)
class Player:
    """Plays steps in their order. ``numbers`` are the returns opened so far, by their keys in the story."""

    sandbox: Sandbox
    desk: Desk
    numbers: dict[str, str] = field(default_factory=dict)

    def play(self, step: Request | Act) -> None:
        """Do what the step says. Raises TimeoutError or GatewayError when the desk does not follow."""
        if isinstance(step, Request):
            self.numbers[step.key] = hand_in(self.desk, step)
        else:
            ACTS[step.what](self, step)

    def wait_for_people(self) -> None:
        """Until the desk knows who may act."""
        team = [user for user, role in self.sandbox.story.roles.items() if role in ("lead", "agent")]

        def known() -> bool:
            return not any(find_operator(self.desk, user).refusal for user in team)

        self.sandbox.slack.wait_for(known, seconds=PATIENCE)

    def take(self, act: Act) -> None:
        """Press Take it."""
        self._press(act, "take")

    def receive(self, act: Act) -> None:
        """Press Received and agree to the form as it is."""
        self._press(act, "received")
        self.sandbox.slack.submit(act.who)

    def settle(self, act: Act) -> None:
        """Take the refund box as it opens, and confirm."""
        self._press(act, "refund_box")
        self.sandbox.slack.submit(act.who)
        self.sandbox.slack.submit(act.who)

    def reject(self, act: Act) -> None:
        """Refuse, with the reason the customer reads."""
        self._press_more(act, "reject")
        self.sandbox.slack.submit(act.who, values={"reason": act.text})

    def ask(self, act: Act) -> None:
        """Ask the customer."""
        self._press_more(act, "ask")
        self.sandbox.slack.submit(act.who, values={"text": act.text})

    def refund(self, act: Act) -> None:
        """Pay money back in the shop's administration, past the desk."""
        order = self.sandbox.story.orders[act.key]
        self.sandbox.shop.refund_by_hand(order, act.text, reason="wp-admin", via_gateway=True)

    def extend(self, act: Act) -> None:
        """Move a deadline by /returns extend; {order} in the text stands for the order's number."""
        order = self.sandbox.story.orders[act.key]
        self.sandbox.slack.command(act.who, CHANNEL, "/returns", act.text.format(order=order))

        def moved() -> bool:
            with reading(self.desk.engine) as session:
                return extension_of(session, order) is not None

        self.sandbox.slack.wait_for(moved, seconds=PATIENCE)

    def say(self, act: Act) -> None:
        """Write into the channel."""
        self.sandbox.slack.say(act.who, CHANNEL, act.text)

    def cancel(self, act: Act) -> None:
        """Cancel the order in the shop, past the desk."""
        cancel_order(self.sandbox, act.who, {"order": self.sandbox.story.orders[act.key]})

    def dispute(self, act: Act) -> None:
        """The customer's bank takes the payment back."""
        order = self.sandbox.shop.state.orders[self.sandbox.story.orders[act.key]]
        self.sandbox.stripe.dispute(order.transaction_id)

    def _press_more(self, act: Act, button: str) -> None:
        """Press what is behind More…"""
        self._press(act, "more")
        view = self.sandbox.slack.modal(act.who)
        assert view is not None
        self.sandbox.slack.click(act.who, view, button)

    def _press(self, act: Act, button: str) -> None:
        number = self.numbers[act.key]

        def card() -> Message | None:
            cards = [one for one in self.sandbox.slack.messages(CHANNEL) if number in one.text]
            return cards[-1] if cards and f"'action_id': '{button}'" in str(cards[-1].all_blocks) else None

        self.sandbox.slack.click(act.who, self.sandbox.slack.wait_for(card, seconds=PATIENCE), button)


ACTS: Mapping[str, Callable[[Player, Act], None]] = {
    "take": Player.take,
    "receive": Player.receive,
    "settle": Player.settle,
    "reject": Player.reject,
    "ask": Player.ask,
    "refund": Player.refund,
    "command": Player.extend,
    "say": Player.say,
    "cancel": Player.cancel,
    "dispute": Player.dispute,
}


def hand_in(desk: Desk, request: Request) -> str:
    """Sign and post one request, as a shop's own form would; the number of the return it opened."""
    noticed = desk.now() - timedelta(days=request.days)
    return _post(desk, {**request.as_json(), "noticed_at": noticed.isoformat()}, request.key)


def ask(desk: Desk, wanted: dict[str, Any]) -> str:
    """Hand in what somebody on the page asks for as the customer. Raises LookupError if it is refused."""
    try:
        return _post(desk, wanted, str(wanted["request_id"]))
    except GatewayError as refusal:
        raise LookupError(_sentence(refusal.detail)) from refusal


def _sentence(detail: str) -> str:
    """What the intake wrote for people, out of its whole answer."""
    _, brace, rest = detail.partition("{")
    try:
        return str(json.loads(brace + rest)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return detail


def _post(desk: Desk, wanted: dict[str, Any], key: str) -> str:
    body = json.dumps(wanted).encode()
    signature = intake_signature(body, desk.settings.intake_secret.get_secret_value(), desk.now())
    try:
        answer = requests.post(
            f"{desk.settings.public_url}/api/v1/returns",
            data=body,
            headers={"X-Returns-Signature": signature, "Content-Type": "application/json"},
            timeout=PATIENCE,
        )
    except requests.RequestException as e:
        raise OutcomeUnknown(f"the intake does not answer request {key!r}: {e}") from e
    if answer.status_code not in (requests.codes.ok, requests.codes.created):
        raise Refused(f"the intake refused request {key!r}: {answer.text}")
    return str(answer.json()["number"])
