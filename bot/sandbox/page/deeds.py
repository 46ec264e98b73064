"""What a person on the page does, by name: gestures in Slack, faults, acts in the shop's administration."""

from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from bot.sandbox.page.customer import (
    WrongField,
    ask_exchange,
    buy_with_credit,
    expire_checkout,
    settle_checkout,
)
from bot.sandbox.page.troubles import press, take_back
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.life import set_status
from bot.sandbox.slack import Message, NotThere, Result, View
from bot.sandbox.stripe import StripeError

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Json = dict[str, Any]
LONGEST_NAME = 200
Deed = Callable[["Sandbox", str, Json], Json]


class NotPossible(Exception):
    """The gesture came too late, or was never possible; the text is for the person, ``field`` where it is."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def do(sandbox: "Sandbox", wanted: Json) -> Json:
    """Carry out ``wanted["do"]`` as the person ``wanted["as"]``. Raises NotPossible."""
    deed, user = DEEDS.get(str(wanted.get("do"))), str(wanted.get("as", ""))
    if deed is None or user not in sandbox.slack.core.users:
        raise NotPossible("There is no such thing to do.")
    try:
        return deed(sandbox, user, wanted)
    except WrongField as wrong:
        raise NotPossible(str(wrong), wrong.field) from wrong
    except (LookupError, ValueError, NotThere, ShopError, StripeError) as refusal:
        raise NotPossible(str(refusal)) from refusal


def click(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Press a button."""
    target, action = _target(sandbox, user, wanted), wanted["action"]
    block, value = wanted.get("block", ""), wanted.get("value", "")
    return _told(sandbox.slack.click(user, target, action, block_id=block, value=value))


def choose(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Choose from a menu, boxes, dates, people."""
    target, block = _target(sandbox, user, wanted), wanted.get("block", "")
    return _told(sandbox.slack.choose(user, target, wanted["action"], wanted["value"], block_id=block))


def type_text(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Type into a field."""
    target, block = _target(sandbox, user, wanted), wanted.get("block", "")
    enter = bool(wanted.get("enter"))
    return _told(
        sandbox.slack.type_text(user, target, wanted["action"], wanted["value"], block_id=block, enter=enter)
    )


def choose_files(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Put files into a modal's field."""
    files = [(str(one["name"])[:LONGEST_NAME], b64decode(one["data"])) for one in wanted["files"]]
    view = _view(sandbox, user, wanted["view"])
    hands = sandbox.slack.hands
    return _told(hands.choose_files(user, view, wanted["action"], files, block_id=wanted.get("block", "")))


def open_menu(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Ask for the options of a menu with outside data."""
    target, block = _target(sandbox, user, wanted), wanted.get("block", "")
    result = sandbox.slack.open_menu(user, target, wanted["action"], wanted["value"], block_id=block)
    return {**_told(result), "options": result.options}


def submit(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Press a modal's submit button."""
    view = _view(sandbox, user, wanted["view"])
    return _told(sandbox.slack.submit(user, view))


def close(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Leave the modal on top, or all of them."""
    view = _view(sandbox, user, wanted["view"])
    return _told(sandbox.slack.close_modal(user, view, everything=bool(wanted.get("everything"))))


def say(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Write a message, or call a command where the text begins with one."""
    text, channel = str(wanted["text"]).strip(), wanted["channel"]
    name, _, rest = text.partition(" ")
    if name in [row["command"] for row in sandbox.installed.commands] and not wanted.get("thread"):
        return _told(sandbox.slack.command(user, channel, name, rest.strip()))
    return _told(sandbox.slack.say(user, channel, text, wanted.get("thread", "")))


def shortcut(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Choose a shortcut from a message's menu."""
    return _told(
        sandbox.slack.message_shortcut(user, _message(sandbox, wanted["message"]), wanted["callback"])
    )


def delete(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Take one's own message away."""
    message = _message(sandbox, wanted["message"])
    if message.user != user:
        raise NotPossible("Only the author can delete a message.")
    return _told(sandbox.slack.delete(message))


def home(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Open the app's Home tab or its messages."""
    sandbox.slack.core.direct(user)
    return _told(sandbox.slack.open_home(user, wanted.get("tab", "home")))


def fault(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Let something go wrong, or forget what was planned."""
    press(sandbox, str(wanted["name"]))
    return {}


def take_fault_back(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Forget one planned fault."""
    take_back(sandbox, str(wanted["id"]))
    return {}


def refund_by_hand(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Somebody refunds in wp-admin, past the desk."""
    try:
        amount = Decimal(str(wanted["amount"]).replace(",", "."))
    except InvalidOperation as e:
        raise NotPossible("That is no amount.") from e
    order = int(wanted["order"])
    sandbox.shop.refund_by_hand(order, amount, reason="Refunded in wp-admin", via_gateway=True)
    return {}


def cancel_order(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Somebody cancels the order in wp-admin, past the desk."""
    with sandbox.shop.state.lock:
        order = sandbox.shop.state.orders[int(wanted["order"])]
        set_status(sandbox.shop.state, order, "cancelled")
        sandbox.shop.state.touch(order)
    return {}


def change_locale(sandbox: "Sandbox", user: str, wanted: Json) -> Json:
    """Let a person read Slack in another language."""
    return _told(sandbox.slack.change_user(user, locale=str(wanted["locale"])))


DEEDS: dict[str, Deed] = {
    "click": click,
    "choose": choose,
    "type": type_text,
    "files": choose_files,
    "menu": open_menu,
    "submit": submit,
    "close": close,
    "say": say,
    "shortcut": shortcut,
    "delete": delete,
    "home": home,
    "fault": fault,
    "take_back": take_fault_back,
    "refund_by_hand": refund_by_hand,
    "cancel_order": cancel_order,
    "locale": change_locale,
    "ask_exchange": ask_exchange,
    "buy_with_credit": buy_with_credit,
    "expire_checkout": expire_checkout,
    "settle_checkout": settle_checkout,
}


def _target(sandbox: "Sandbox", user: str, wanted: Json) -> Message | View:
    if "message" in wanted:
        return _message(sandbox, wanted["message"])
    return _view(sandbox, user, wanted["view"])


def _message(sandbox: "Sandbox", place: Json) -> Message:
    found = sandbox.slack.message(place["channel"], place["ts"])
    if found is None:
        raise NotPossible("This message is gone.")
    return found


def _view(sandbox: "Sandbox", user: str, view_id: str) -> View:
    home_tab = sandbox.slack.home(user)
    if home_tab and home_tab.id == view_id:
        return home_tab
    found = sandbox.slack.core.views.get(view_id)
    if found is None or found.user != user:
        raise NotPossible("This dialogue was closed.")
    return found


def _told(result: Result) -> Json:
    return {
        "sent": result.sent,
        "acked": result.acked,
        "milliseconds": round(result.milliseconds, 1),
        "errors": result.errors,
        "warning": result.warning,
    }
