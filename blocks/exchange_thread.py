"""Lines about an exchange in the thread below a card, and its entries in the timeline."""

from collections.abc import Callable, Mapping
from typing import Any

from blocks.exchange import in_one_line, named, replacement_order
from blocks.kit import code, sentence
from bot.i18n import N_, Words
from bot.rules.case import CaseResolution, ReturnCase
from bot.rules.exchange_flow import MOST_REQUESTS
from store.money import Money
from store.terms import Method

Values = Mapping[str, Any]


def _decided(v: Values, case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    said = words("<@{who}> agreed to an exchange: {what}.", who=one.by.user_id, what=_goods(case, words))
    reference = words("Reference {reference}.", reference=code(one.reference))
    claim = case.exchange is not None and case.exchange.claim
    kept = words("Nothing has to come back.") if claim else ""
    return " ".join(filter(None, [said, kept, _sum(case, words), reference]))


def _less(_v: Values, case: ReturnCase, words: Words) -> str:
    goods = _goods(case, words)
    said = words(":warning: Less came back than was announced, so less goes out: {what}.", what=goods)
    return f"{said} {_sum(case, words)}"


def _sum(case: ReturnCase, words: Words) -> str:
    wish = case.exchange
    if wish is None or wish.difference is None:
        return ""
    if wish.difference.minor > 0:
        return words("The customer pays {amount} first.", amount=wish.difference)
    if wish.due:
        return words("{amount} is due to the customer once it is sent.", amount=wish.due)
    return words("Nobody owes anything.")


def _goods(case: ReturnCase, words: Words) -> str:
    """What goes out, the first lines of it by name."""
    wish = case.exchange
    if wish is None or not wish.lines:
        return words.term(Method.EXCHANGE) if wish is None else named(wish.quantity, wish.name, wish.variant)
    return in_one_line(wish.lines, words)


def _paid(v: Values, case: ReturnCase, words: Words) -> str:
    wish = case.exchange
    amount = wish.paid if wish and wish.paid else None
    if wish is None or amount is None:
        return words(":white_check_mark: The customer paid the difference.")
    return words(
        ":white_check_mark: The customer paid the difference of {amount}, payment {payment}.",
        amount=amount,
        payment=code(wish.payment),
    )


def _stray(v: Values, case: ReturnCase, words: Words) -> str:
    strays = case.exchange.strays if case.exchange else ()
    one = next((one for one in strays if one.number == v.get("number")), None)
    if one is None:
        return words(
            ":octagonal_sign: A payment came in although nothing was owed. The card shows what to do."
        )
    return words(
        ":octagonal_sign: {amount} was paid although nothing was owed, payment {payment}. Give it back with "
        "the button on the card.",
        amount=one.amount,
        payment=code(one.payment),
    )


def _given_back(v: Values, case: ReturnCase, words: Words) -> str:
    return words(
        ":white_check_mark: {amount} of the customer's payment was given back.",
        amount=Money(int(v["amount"]), case.order.currency),
    )


def _stuck(_v: Values, case: ReturnCase, words: Words) -> str:
    wish = case.exchange
    why = sentence(words, wish.trouble, wish.trouble_values) if wish and wish.trouble else ""
    ending = wish is not None and wish.ending
    said = words(":warning: Calling the exchange off is stuck. Remove the cause, then press “Try again”.")
    if not ending:
        said = words(
            ":warning: The exchange waits for a decision: choose another, try again, or call it off."
        )
    return f"{said} {why}".strip()


def _unseen(_v: Values, case: ReturnCase, words: Words) -> str:
    one = case.exchange.unseen if case.exchange else None
    if one is None:
        return words("Stripe shows the customer's payment again.")
    return words(
        ":warning: Stripe refuses to show whether the customer paid {amount}. Check STRIPE_API_KEY, and look "
        "for {session} in Stripe. Do not ship before that is known.",
        amount=one.amount,
        session=code(one.session_id),
    )


def _lapsed(_v: Values, _case: ReturnCase, words: Words) -> str:
    return words(
        ":hourglass_flowing_sand: Asked {count} times, the customer has not paid. Send a new link, choose "
        "another article, or call the exchange off.",
        count=MOST_REQUESTS,
    )


def _still_out(v: Values, _case: ReturnCase, words: Words) -> str:
    return words.plural(
        ":warning: Order {order} is cancelled, but its unit is not back in stock. Correct that in the shop.",
        ":warning: Order {order} is cancelled, but {count} units are not back in stock. "
        "Correct that in the shop.",
        int(v["count"]),
        order=code(str(v["order"])),
    )


def _exchanged(_v: Values, case: ReturnCase, words: Words) -> str:
    wish = case.exchange
    if wish is None or not wish.order_id:
        return words(":white_check_mark: The replacement is on its way.")
    done = words(
        ":white_check_mark: The replacement is on its way, order {order}.",
        order=replacement_order(case, wish),
    )
    rest = words("Now {amount} is due to the customer.", amount=wish.due) if wish.due else ""
    return f"{done} {rest}".strip()


def _off(_v: Values, _case: ReturnCase, words: Words) -> str:
    return words("The exchange is called off. From now on money can be given back.")


def _resolution(values: Values, case: ReturnCase) -> CaseResolution:
    return next(one for one in case.resolutions if one.resolution_id == values["resolution"])


LINES: Mapping[str, Callable[[Values, ReturnCase, Words], str]] = {
    "exchange_decided": _decided,
    "exchange_less": _less,
    "exchange_stuck": _stuck,
    "units_still_out": _still_out,
    "exchange_lapsed": _lapsed,
    "payment_unseen": _unseen,
    "exchange_off": _off,
    "exchanged": _exchanged,
    "difference_paid": _paid,
    "stray_payment": _stray,
    "payment_given_back": _given_back,
}

VERBS: Mapping[str, str] = {
    "exchange_decided": N_("Exchange agreed: {difference}, reference {reference}"),
    "exchange_less": N_("Less came back, so less goes out: {difference}, reference {reference}"),
    "exchange_again": N_("Looked at the exchange and let it go on, reference {reference}"),
    "exchange_called_off": N_("Calling the exchange off, reference {reference}"),
    "exchange_off": N_("The exchange is called off, reference {reference}"),
    "exchange_stuck": N_("The exchange waits for a decision, reference {reference}. {why}"),
    "exchanged": N_("The replacement is on its way, order {order}, reference {reference}"),
    "replacement_reserved": N_("Replacement reserved in order {order}, reference {reference}"),
    "replacement_unreserved": N_(
        "Replacement order {order} made, but the shop did not reserve its stock, reference {reference}"
    ),
    "replacement_off": N_("The replacement order is cancelled, reference {reference}"),
    "payment_asked": N_("Asked the customer to pay {amount}, reference {reference}"),
    "difference_paid": N_("The customer paid {amount}, payment {payment}"),
    "stray_payment": N_("The customer paid {amount} although nothing was owed, payment {payment}"),
    "stray_given_back": N_("Giving {amount} back that nothing was owed for, reference {reference}"),
    "payment_given_back": N_("{amount} of the customer's payment was given back, reference {reference}"),
}


def difference_words(minor: int, currency: str, words: Words) -> str:
    """Who owes whom how much."""
    if minor > 0:
        return words("the customer pays {amount}", amount=Money(minor, currency))
    if minor < 0:
        return words("{amount} is due to the customer", amount=Money(-minor, currency))
    return words("nobody owes anything")
