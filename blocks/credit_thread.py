"""Lines about a store credit in the thread below a card, and its entries in the timeline."""

from collections.abc import Callable, Mapping
from typing import Any

from blocks.kit import code, inert
from bot.i18n import N_, Words
from bot.rules.case import ReturnCase
from store.money import Money

Values = Mapping[str, Any]


def _used(v: Values, case: ReturnCase, words: Words) -> str:
    return words(
        "Order #{order} used {amount} of the store credit {reference}.",
        order=inert(str(v["order"]), 30),
        amount=_amount(v, case),
        reference=code(v["reference"]),
    )


def _back(v: Values, case: ReturnCase, words: Words) -> str:
    return words(
        "Order #{order} gave {amount} back to the store credit {reference}.",
        order=inert(str(v["order"]), 30),
        amount=_amount(v, case),
        reference=code(v["reference"]),
    )


def _card_used(v: Values, case: ReturnCase, words: Words) -> str:
    return words(
        "{amount} of the store credit {reference} was used.",
        amount=_amount(v, case),
        reference=code(v["reference"]),
    )


def _card_back(v: Values, case: ReturnCase, words: Words) -> str:
    return words(
        "{amount} went back to the store credit {reference}.",
        amount=_amount(v, case),
        reference=code(v["reference"]),
    )


def _card_off(v: Values, _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The store credit {reference} was switched off in the shop.", reference=code(v["reference"])
    )


def _revoked(v: Values, _case: ReturnCase, words: Words) -> str:
    said = words(
        "<@{who}> revoked the store credit {reference}.", who=v["who"], reference=code(v["reference"])
    )
    return f"{said} {inert(str(v.get('reason') or ''), 300)}".strip()


def _not_revoked(v: Values, _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The store credit {reference} was not revoked: an order used it first.",
        reference=code(v["reference"]),
    )


def _expired(v: Values, case: ReturnCase, words: Words) -> str:
    return words(
        "The store credit {reference} has expired with {amount} left.",
        reference=code(v["reference"]),
        amount=_amount(v, case),
    )


def _gone(v: Values, _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The store credit {reference} was deleted in the shop.", reference=code(v["reference"])
    )


def _stuck(v: Values, _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The shop refuses to change what the store credit {reference} is worth. Look at it in the "
        "shop; the desk tries again. The shop said: {why}",
        reference=code(v["reference"]),
        why=inert(str(v["why"]), 300),
    )


def _amount(v: Values, case: ReturnCase) -> Money:
    return Money(int(v["amount"]), case.order.currency)


LINES: Mapping[str, Callable[[Values, ReturnCase, Words], str]] = {
    "credit_used": _used,
    "credit_back": _back,
    "gift_card_used": _card_used,
    "gift_card_back": _card_back,
    "gift_card_off": _card_off,
    "credit_revoked": _revoked,
    "credit_not_revoked": _not_revoked,
    "credit_expired": _expired,
    "credit_gone": _gone,
    "credit_stuck": _stuck,
}

VERBS: Mapping[str, str] = {
    "credit_used": N_("Order {order} used {amount} of the store credit, reference {reference}"),
    "credit_back": N_("Order {order} gave {amount} back to the store credit, reference {reference}"),
    "gift_card_used": N_("{amount} of the store credit was used, reference {reference}"),
    "gift_card_back": N_("{amount} went back to the store credit, reference {reference}"),
    "gift_card_off": N_("Store credit switched off in the shop, reference {reference}"),
    "credit_resent": N_("Store credit sent to the customer again, reference {reference}"),
    "credit_revoked": N_("Store credit revoked: {reason}, reference {reference}"),
    "credit_not_revoked": N_("Store credit not revoked, an order used it first, reference {reference}"),
    "credit_expired": N_("Store credit expired with {amount} left, reference {reference}"),
    "credit_gone": N_("Store credit deleted in the shop, reference {reference}"),
}
