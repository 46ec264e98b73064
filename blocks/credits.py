"""A return's store credits: what is left of each, send the code again, take an unused one back."""

from collections.abc import Mapping, Sequence
from typing import Any

from blocks import ids
from blocks.carried import read_carried, write_carried
from blocks.forms import place_of
from blocks.kit import Block, View, button, code, context, field, lines, modal, plain, section, text_input
from bot.i18n import Words
from bot.rules.case import ReturnCase
from bot.rules.credit import CreditView


def store_credits(case: ReturnCase, credits_: Sequence[CreditView], words: Words) -> View:
    """All of them, oldest first."""
    blocks = [block for one in credits_ for block in _credit(case, one, words)]
    told = context(words("An order that uses it lowers it within minutes; the code itself is kept nowhere."))
    return modal(
        words("Store credit"),
        [*blocks, told],
        callback_id=ids.NOTICE,
        close=words("Close"),
        place=place_of(case),
    )


def revoke_form(case: ReturnCase, credit: CreditView, words: Words) -> View:
    """Take it back, with the reason the team reads."""
    lead = section(
        words(
            "Take {amount} of store credit back? The customer cannot use it any more. The goods stay settled "
            "and nothing is paid another way by this.",
            amount=credit.left,
        ),
        "lead",
    )
    why = field(words("Why? The team reads this."), ids.REASON, text_input(longest=500))
    return modal(
        words("Take it back"),
        [lead, why],
        callback_id=ids.REVOKE_CREDIT,
        close=words("Back"),
        submit=words("Take it back"),
        place=write_carried(case, "reference", credit.reference),
    )


def read_reference(view: Mapping[str, Any]) -> str:
    """Which credit a form is about; empty when its metadata is not ours."""
    return read_carried(view, "reference")


def _credit(case: ReturnCase, credit: CreditView, words: Words) -> list[Block]:
    left = words("{left} of {decided} left", left=credit.left, decided=credit.decided)
    text = lines(f"*{left}*  ·  {code(credit.reference)}", _state(credit, words))
    buttons = _buttons(f"{place_of(case)}:{credit.reference}", credit, words)
    about = section(text, f"credit:{credit.reference}")
    row = {"type": "actions", "block_id": f"credit_buttons:{credit.reference}", "elements": buttons}
    return [about, row] if buttons else [about]


def _state(credit: CreditView, words: Words) -> str:
    if credit.revoked:
        return words("Taken back.") if credit.gone else words("Being taken back…")
    if credit.over:
        return words("It can no longer be used.")
    return words("An order used it.") if credit.used else words("No order has used it.")


def _buttons(place: str, credit: CreditView, words: Words) -> list[Block]:
    found = []
    if credit.may_resend:
        confirm = {
            "title": plain(words("Send the code again?"), 100),
            "text": plain(words("The customer gets it by e-mail, with what is left."), 300),
            "confirm": plain(words("Send"), 30),
            "deny": plain(words("Back"), 30),
        }
        found.append(button(words("Send the code again"), ids.RESEND_CREDIT, place, confirm=confirm))
    if credit.may_revoke:
        found.append(button(words("Take it back…"), ids.REVOKE_CREDIT, place, style="danger"))
    return found
