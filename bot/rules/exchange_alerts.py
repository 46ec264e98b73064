"""What nobody may overlook about an exchange: one small function each. The words are drawn elsewhere."""

from bot.rules.alert import Alert, Level
from bot.rules.case import ExchangeState, ReturnCase
from bot.rules.lifecycle import is_open

TO_BE_CHOSEN = (ExchangeState.WISHED, ExchangeState.STUCK, ExchangeState.LAPSED)


def exchange_state(case: ReturnCase) -> ExchangeState | None:
    """How far the exchange of a return has come; None where there is none, or none any more."""
    wish = case.exchange
    if case.exchange_stands:
        return wish.state if wish is not None else ExchangeState.WISHED
    done = wish is not None and wish.state is ExchangeState.DONE
    return ExchangeState.DONE if done else None


def may_choose(case: ReturnCase) -> bool:
    """Whether the exchange waits for somebody to choose what goes out."""
    ending = case.exchange is not None and case.exchange.ending
    return exchange_state(case) in TO_BE_CHOSEN and not ending


def exchange_do_not_refund(case: ReturnCase) -> Alert | None:
    """The customer gets other goods instead. Once the difference is paid the good news goes first, and where
    a person has to decide that does.

    ``due`` is what is the customer's of ``base``, what they paid for what comes back (rule X5).
    """
    if not case.exchange_stands or not is_open(case.status):
        return None
    wish = case.exchange
    paid = wish is not None and wish.paid_at is not None
    values: dict[str, object] = {"difference": wish.difference if wish else None, "due": None, "base": None}
    values["claim"] = wish is not None and wish.claim
    if wish is not None and wish.due and wish.price is not None:
        values |= {"due": wish.due, "base": wish.price + wish.due}
    last = paid or exchange_state(case) in (ExchangeState.STUCK, ExchangeState.LAPSED, ExchangeState.ENDING)
    return Alert("exchange_do_not_refund", Level.GREY if last else Level.RED, values)


def stray_payment(case: ReturnCase) -> Alert | None:
    """Money of the customer that the shop holds without a right to it, whatever became of the return."""
    strays = case.exchange.strays if case.exchange else ()
    if not strays:
        return None
    one = strays[0]
    values = {"amount": one.amount, "at": one.paid_at, "payment": one.payment, "more": len(strays) - 1}
    return Alert("stray_payment", Level.RED, values)


def exchange_checking(case: ReturnCase) -> Alert | None:
    """The shop or Stripe was asked and did not answer: the desk looks before it does anything again."""
    wish = case.exchange
    if wish is None or not wish.checking or exchange_state(case) is ExchangeState.STUCK:
        return None
    return Alert("exchange_checking", Level.AMBER, {"doubt": wish.doubt})


def exchange_stuck(case: ReturnCase) -> Alert | None:
    """A person decides how it goes on; also where the return itself is over."""
    wish = case.exchange
    if wish is None or exchange_state(case) is not ExchangeState.STUCK:
        return None
    values = {"why": wish.trouble, "why_values": wish.trouble_values, "unknown": wish.checking}
    values["ending"] = wish.ending
    return Alert("exchange_stuck", Level.AMBER, values)


def exchange_lapsed(case: ReturnCase) -> Alert | None:
    """The customer was asked to pay often enough."""
    wish = case.exchange
    if wish is None or exchange_state(case) is not ExchangeState.LAPSED:
        return None
    return Alert("exchange_lapsed", Level.AMBER, {"amount": wish.difference})


def exchange_ending(case: ReturnCase) -> Alert | None:
    """It is being called off, step by step."""
    wish = case.exchange
    if wish is None or exchange_state(case) is not ExchangeState.ENDING:
        return None
    return Alert("exchange_ending", Level.AMBER, {"paid": wish.paid if wish.paid_at else None})


def difference_unpaid(case: ReturnCase) -> Alert | None:
    """The replacement costs more and the customer has not paid the rest."""
    wish, state = case.exchange, exchange_state(case)
    over = (ExchangeState.STUCK, ExchangeState.LAPSED, ExchangeState.ENDING, ExchangeState.DONE, None)
    if wish is None or wish.unseen or not wish.unpaid or state in over or not is_open(case.status):
        return None
    values = {"amount": wish.difference, "sent": wish.link_sent_at, "expires": wish.link_expires_at}
    return Alert("difference_unpaid", Level.AMBER, values)


def payment_unseen(case: ReturnCase) -> Alert | None:
    """Stripe refuses to show whether the customer paid; also where the return itself is over."""
    wish = case.exchange
    if wish is None or wish.unseen is None or exchange_state(case) in (ExchangeState.DONE, None):
        return None
    return Alert("payment_unseen", Level.AMBER, {"unseen": wish.unseen})


def difference_paid(case: ReturnCase) -> Alert | None:
    """The customer paid the difference: only now may the replacement leave."""
    wish = case.exchange
    if wish is None or wish.paid_at is None or not is_open(case.status):
        return None
    if wish.ending or exchange_state(case) in (ExchangeState.ENDING, None):
        return None
    amount = wish.paid or wish.difference
    return Alert(
        "difference_paid", Level.GREEN, {"amount": amount, "at": wish.paid_at, "payment": wish.payment}
    )


def exchange_due(case: ReturnCase) -> Alert | None:
    """The replacement was cheaper and is on its way: the difference, and only that, is the customer's."""
    wish = case.exchange
    if wish is None or not wish.due or not is_open(case.status) or case.open_resolution is not None:
        return None
    if exchange_state(case) is not ExchangeState.DONE:
        return None
    values = {"amount": wish.due, "base": wish.price + wish.due if wish.price else None}
    return Alert("exchange_due", Level.AMBER, values)
