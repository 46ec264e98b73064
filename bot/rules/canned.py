"""Answers the team gives often, in the customer's language; which of them fit a return. It sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.i18n import N_, Words
from bot.rules.alerts import is_lively
from bot.rules.case import ReturnCase
from bot.rules.receipt import is_complete
from store.terms import ReturnStatus


@dataclass(frozen=True)
class Canned:
    """A ready answer: its name, what the team calls it, what the customer reads, when it makes sense."""

    name: str
    title: str
    text: str
    fits: Callable[[ReturnCase], bool] = is_lively


def _awaits_parcel(case: ReturnCase) -> bool:
    return is_lively(case) and case.status in (ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)


def _is_here(case: ReturnCase) -> bool:
    return is_lively(case) and case.status is ReturnStatus.RECEIVED


def _is_incomplete(case: ReturnCase) -> bool:
    return _is_here(case) and not is_complete(case.items)


ANSWERS = (
    Canned(
        "looking",
        N_("We are looking into it"),
        N_("Hello {name}, thank you for your message. We are looking into it and will write to you again."),
        lambda _case: True,
    ),
    Canned(
        "photo",
        N_("Please send a photo"),
        N_("Hello {name}, could you send us a photo that shows what is wrong? Your return is {number}."),
    ),
    Canned(
        "tracking",
        N_("Please send the tracking number"),
        N_("Hello {name}, could you tell us the tracking number of the parcel of your return {number}?"),
        _awaits_parcel,
    ),
    Canned(
        "not_here",
        N_("The parcel is not here yet"),
        N_("Hello {name}, your return {number} has not reached us yet. We will write once it is here."),
        _awaits_parcel,
    ),
    Canned(
        "here",
        N_("The parcel is here"),
        N_("Hello {name}, your return {number} has reached us. We are checking it and will write to you."),
        _is_here,
    ),
    Canned(
        "incomplete",
        N_("Something is missing"),
        N_("Hello {name}, something is missing of your return {number}. Is the rest on its way?"),
        _is_incomplete,
    ),
    Canned(
        "bank",
        N_("The bank takes a few days"),
        N_(
            "Hello {name}, your refund for return {number} was sent. It can take your bank up to 10 days to "
            "show it."
        ),
        lambda case: case.status is ReturnStatus.RESOLVED,
    ),
    Canned(
        "thanks",
        N_("Thank you"),
        N_("Hello {name}, thank you for telling us. You do not have to do anything else."),
        lambda _case: True,
    ),
)


def fitting(case: ReturnCase) -> tuple[Canned, ...]:
    """The ready answers that make sense for a return as it is."""
    return tuple(one for one in ANSWERS if one.fits(case))


def canned_text(name: str, case: ReturnCase, words: Words) -> str:
    """A ready answer as the customer reads it in ``words``; empty where there is none of this name."""
    found = next((one for one in ANSWERS if one.name == name), None)
    if found is None:
        return ""
    return words(found.text, name=case.order.buyer.name, number=case.number)
