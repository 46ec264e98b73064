"""The modals about a return's store credits: in every state a credit can have, and taking one back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from blocks.credits import revoke_form, store_credits
from bot.i18n import Words
from bot.rules.credit import CreditView
from tests.blocks.cards import CARDS
from tests.make import money

UNUSED = CreditView(
    reference="RMA-1042-R1",
    decided=money("15.75"),
    left=money("15.75"),
    used=False,
    revoked=False,
    gone=False,
    over=False,
)
IN_PART = replace(UNUSED, reference="RMA-1042-R2", left=money("5.75"), used=True)
SPENT = replace(IN_PART, reference="RMA-1042-R3", left=money("0.00"))
ASKED_BACK = replace(UNUSED, reference="RMA-1042-R4", revoked=True)
TAKEN_BACK = replace(ASKED_BACK, reference="RMA-1042-R5", gone=True, left=money("0.00"))
EXPIRED = replace(UNUSED, reference="RMA-1042-R6", over=True)
EVERY = (UNUSED, IN_PART, SPENT, ASKED_BACK, TAKEN_BACK, EXPIRED)


def listed(*credits_: CreditView) -> Callable[[Words], dict[str, Any]]:
    """The list of a settled return's credits."""
    return lambda words: store_credits(CARDS["settled_credit"], credits_, words)


LOOKS: Mapping[str, Callable[[Words], dict[str, Any]]] = {
    "unused": listed(UNUSED),
    "every_state": listed(*EVERY),
    "revoke": lambda words: revoke_form(CARDS["settled_credit"], UNUSED, words),
    "revoke_rest": lambda words: revoke_form(CARDS["settled_credit"], IN_PART, words),
}
