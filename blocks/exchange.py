"""An exchange on the card: what goes out, what it costs, how far it has come, and what not to overlook."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from blocks.kit import code, headed, hour, inert, lines, link, moment, sentence
from bot.i18n import N_, Words
from bot.rules.case import (
    ExchangeDoubt,
    ExchangeLine,
    ExchangeState,
    ExchangeWish,
    ReturnCase,
    UnseenPayment,
    WantedArticle,
)
from bot.rules.exchange_alerts import exchange_state
from bot.rules.exchange_flow import MOST_REQUESTS
from store.terms import Wish

STOP, WAIT, LOOK, CHECK = ":octagonal_sign:", ":hourglass_flowing_sand:", ":mag:", ":white_check_mark:"
WARNING, HAND = ":warning:", ":raised_hand:"
MOST_LINES = 3  # articles named on a card; the form has them all

Values = Mapping[str, Any]

STATES: Mapping[ExchangeState, str] = {
    ExchangeState.UNDER_WAY: N_("Exchange agreed, being arranged"),
    ExchangeState.AWAITING_PAYMENT: N_("Waiting for the customer's payment"),
    ExchangeState.AWAITING_GOODS: N_("Exchange agreed, waiting for the parcel"),
    ExchangeState.LAPSED: N_("The customer has not paid"),
    ExchangeState.STUCK: N_("The exchange waits for a decision"),
    ExchangeState.ENDING: N_("The exchange is being called off"),
}


def exchange_status(case: ReturnCase, words: Words) -> str:
    """Where an exchange that was agreed stands, in a few words; empty where none is under way."""
    state = exchange_state(case)
    if state is ExchangeState.STUCK and case.exchange is not None and case.exchange.ending:
        return words("Calling the exchange off is stuck")
    return words(STATES[state]) if state is not None and state in STATES else ""


def exchange_part(case: ReturnCase, words: Words) -> str:
    """What goes out in exchange and what it costs; once it was agreed also what was done for it."""
    wish = case.exchange
    if wish is None or case.wish is not Wish.EXCHANGE or exchange_state(case) is None:
        return ""
    if not wish.lines:
        return lines(*_listed(words("Wants instead"), [_line(one, words) for one in wished(wish)], words))
    shown = _listed(words("Goes out instead"), [_line(line, words) for line in wish.lines], words)
    return lines(*shown, " · ".join(_progress(wish, case, words)))


Goods = ExchangeLine | ExchangeWish | WantedArticle


def wished(wish: ExchangeWish) -> tuple[Goods, ...]:
    """The articles a customer asked for. Wishes of before name one of several only, and stand for all."""
    named = tuple(one for one in wish.wanted if one.name)
    return named if len(named) > 1 else (wish,)


def named(quantity: int, name: str, variant: str) -> str:
    """So many of an article, as marked-up text."""
    return f"{quantity} × {', '.join(filter(None, [inert(name, 70), inert(variant, 40)]))}"


def in_one_line(articles: Sequence[Goods], words: Words) -> str:
    """The first articles by name, and how many more there are."""
    shown = ", ".join(named(one.quantity, one.name, one.variant) for one in articles[:MOST_LINES])
    more = len(articles) - MOST_LINES
    return shown if more < 1 else words("{item} and {count} more", item=shown, count=more)


def _listed(lead: str, articles: Sequence[str], words: Words) -> Iterator[str]:
    """The first articles, a line each, and how many more there are."""
    yield f"*{lead}*  {articles[0]}"
    yield from articles[1:MOST_LINES]
    if len(articles) > MOST_LINES:
        yield words("and {count} more", count=len(articles) - MOST_LINES)


def _line(line: Goods, words: Words) -> str:
    parts = [named(line.quantity, line.name, line.variant), code(line.sku) if line.sku else ""]
    parts.append(words.money(line.price) if line.price is not None else "")
    if not isinstance(line, ExchangeLine) and line.stock is not None:
        parts.append(words("{count} in stock", count=line.stock))
    return " · ".join(filter(None, parts))


def _progress(wish: ExchangeWish, case: ReturnCase, words: Words) -> Iterator[str]:
    """The sum, the order that was made, and what it waits for."""
    if wish.claim:
        yield words("sent without a return")
    if wish.difference is not None and not wish.due and (not wish.difference or _is_untold(wish)):
        yield _difference(wish, words)
    if wish.waived:
        yield words("{amount} waived, too little to charge", amount=wish.waived)
    if wish.unreserved:
        order = replacement_order(case, wish)
        yield words(
            ":warning: order {order} is made but its stock is not reserved: set it aside", order=order
        )
    elif wish.order_id:
        yield words(ORDERS[wish.state is ExchangeState.DONE], order=replacement_order(case, wish))
    if wish.state is ExchangeState.AWAITING_GOODS:
        yield words("sent once the goods are back")
    if wish.link.startswith(("https://", "http://")):
        yield link(wish.link, words("payment link"))


ORDERS = {False: N_("stock reserved in order {order}"), True: N_("on its way as order {order}")}


def _is_untold(wish: ExchangeWish) -> bool:
    """Whether no alert names the difference."""
    return wish.state is ExchangeState.STUCK and wish.unpaid


def _difference(wish: ExchangeWish, words: Words) -> str:
    assert wish.difference is not None
    if wish.difference.minor > 0:
        return words("difference {amount} to pay", amount=wish.difference)
    return words("no difference to pay")


def replacement_order(case: ReturnCase, wish: ExchangeWish) -> str:
    """The replacement order's number, with its page in the shop where that is known."""
    number, address = f"#{inert(wish.order_number or str(wish.order_id), 30)}", case.order.store_url
    own = str(case.order.order_id)
    if not address.endswith(f"={own}"):
        return number
    return link(f"{address.removesuffix(own)}{wish.order_id}", number)


def exchanged(case: ReturnCase, words: Words) -> str:
    """What became of an exchange that is done."""
    wish = case.exchange
    if wish is None or not wish.order_id:
        return words("Exchanged")
    if wish.claim:
        return words(
            "Sent without a return: order {order} is on its way", order=replacement_order(case, wish)
        )
    return words("Exchanged: order {order} is on its way", order=replacement_order(case, wish))


def payment_of(case: ReturnCase, words: Words) -> list[str]:
    """What the customer paid for an exchange, and under which number."""
    wish = case.exchange
    if wish is None or wish.paid is None or wish.paid_at is None:
        return []
    return [words("difference of {amount} paid", amount=wish.paid), code(wish.payment)]


# Alerts


def do_not_refund(v: Values, _case: ReturnCase, words: Words) -> str:
    """The customer gets other goods instead, and perhaps a part of the money."""
    if v.get("due"):
        lead = words(
            "Exchange chosen: do not refund {base}; only {due} is due.", base=v["base"], due=v["due"]
        )
        return headed(STOP, lead, words("It can be paid once the replacement is on its way."))
    return headed(
        STOP,
        words("Exchange chosen: do NOT refund money."),
        words("The customer gets the goods without sending anything back.")
        if v.get("claim")
        else words("The customer takes another product instead."),
    )


def unpaid(v: Values, _case: ReturnCase, words: Words) -> str:
    """What the customer still has to pay, since when they know and until when they can."""
    lead = words("Do not ship: the difference of {amount} is not paid yet.", amount=v["amount"])
    sent = words("Link sent {time}.", time=moment(v["sent"], words)) if v["sent"] else ""
    if not v["expires"]:
        return headed(WAIT, lead, sent)
    return headed(WAIT, lead, sent, words("It expires {time}.", time=moment(v["expires"], words)))


def paid(v: Values, _case: ReturnCase, words: Words) -> str:
    """The good news: how much, when and under which number."""
    payment = code(v["payment"]) if v["payment"] else ""
    lead = words("Difference paid: {amount}", amount=v["amount"])
    return headed(CHECK, lead, " · ".join(filter(None, [moment(v["at"], words), payment])))


def stray(v: Values, _case: ReturnCase, words: Words) -> str:
    """Money that is not the shop's."""
    lead = words("Give it back: {amount} was paid although nothing was owed.", amount=v["amount"])
    when = moment(v["at"], words) if v["at"] else ""
    beside = " · ".join(filter(None, [when, code(v["payment"]) if v["payment"] else ""]))
    if not v["more"]:
        return headed(STOP, lead, beside)
    more = words.plural("and {count} more payment", "and {count} more payments", v["more"])
    return headed(STOP, lead, beside, more)


def checking(v: Values, _case: ReturnCase, words: Words) -> str:
    """The last step has no answer yet: who was asked and when, and what happens next."""
    doubt: ExchangeDoubt | None = v["doubt"]
    if doubt is not None and doubt.stripe:
        lead = words("Do not arrange it by hand: Stripe has not answered.")
    else:
        lead = words("Do not arrange it by hand: the shop has not answered.")
    since = words("Asked {time}.", time=moment(doubt.since, words)) if doubt and doubt.since else ""
    then = words("Nothing is done twice: we look first, and go on by ourselves.")
    if doubt is None or doubt.next_look_at is None:
        return headed(LOOK, lead, since, then)
    look = words("Next look at {time}.", time=hour(doubt.next_look_at, words))
    return lines(headed(LOOK, lead, since, then), look)


DECIDE = {
    False: N_("Decide how the exchange goes on."),
    True: N_("Calling the exchange off is stuck: remove the cause, then press “Try again”."),
}


def stuck(v: Values, _case: ReturnCase, words: Words) -> str:
    """What a person decides, and why."""
    why = sentence(words, v["why"], v["why_values"]) if v["why"] else ""
    if not v["unknown"]:
        return headed(WARNING, words(DECIDE[bool(v["ending"])]), why)
    lead = words("Please look: nobody knows whether the last step was done.")
    return headed(HAND, lead, why, words("“Try again” looks first and does nothing twice."))


def unseen(v: Values, _case: ReturnCase, words: Words) -> str:
    """Nobody knows whether the customer paid: where to look, what to check, and that nothing may be sent."""
    one: UnseenPayment = v["unseen"]
    lead = words("Do not ship: Stripe refuses to show whether {amount} was paid.", amount=one.amount)
    since = words("Since {time}.", time=moment(one.since, words))
    look = words(
        "Check STRIPE_API_KEY, and look for {session} in Stripe. We look again by ourselves.",
        session=code(one.session_id),
    )
    return lines(headed(WARNING, lead, since, sentence(words, one.why, one.why_values)), look)


def lapsed(v: Values, _case: ReturnCase, words: Words) -> str:
    """The customer let every link expire."""
    lead = words(
        "Decide: asked {count} times, the customer has not paid {amount}.",
        count=MOST_REQUESTS,
        amount=v["amount"],
    )
    return headed(WAIT, lead)


def ending(v: Values, _case: ReturnCase, words: Words) -> str:
    """It is called off, and what was done for it is undone first."""
    back = words("The {amount} the customer paid goes back first.", amount=v["paid"]) if v["paid"] else ""
    lead = words("Do not refund yet: the exchange is being called off.")
    return headed(WAIT, lead, back, words("Money can be given back once that is done."))


def due(v: Values, _case: ReturnCase, words: Words) -> str:
    """What is the customer's beside the replacement, and no more."""
    lead = words("Give back {amount}: the replacement was cheaper.", amount=v["amount"])
    return headed(WARNING, lead, words("No more than that is due."))


ALERTS: Mapping[str, Callable[[Values, ReturnCase, Words], str]] = {
    "exchange_do_not_refund": do_not_refund,
    "stray_payment": stray,
    "exchange_checking": checking,
    "exchange_stuck": stuck,
    "payment_unseen": unseen,
    "exchange_lapsed": lapsed,
    "exchange_ending": ending,
    "exchange_due": due,
    "difference_unpaid": unpaid,
    "difference_paid": paid,
}
