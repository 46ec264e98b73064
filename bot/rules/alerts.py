"""ALERTS: one small function per thing nobody may overlook on a card. The words are drawn elsewhere."""

from collections.abc import Callable
from dataclasses import replace

from bot.rules.alert import Alert, Level
from bot.rules.case import CaseResolution, ReturnCase
from bot.rules.exchange_alerts import (
    difference_paid,
    difference_unpaid,
    exchange_checking,
    exchange_do_not_refund,
    exchange_due,
    exchange_ending,
    exchange_lapsed,
    exchange_stuck,
    payment_unseen,
    stray_payment,
)
from bot.rules.flags import flags
from bot.rules.ledger import order_remaining
from bot.rules.lifecycle import is_open
from bot.rules.policy import days_granted, is_due_soon, is_overdue, window_passed
from bot.rules.receipt import extra_units
from store.money import total
from store.terms import Condition, Method, ResolutionStatus, ReturnStatus

CLOSED_IN_SHOP = frozenset({"cancelled", "refunded", "trash"})


def disputed(case: ReturnCase) -> Alert | None:
    """The customer's bank may take the money back itself; also after a refund."""
    if not case.order.disputed:
        return None
    return Alert("disputed", Level.RED, {"payment": case.order.payment_intent or case.order.transaction_id})


def bank_returned(case: ReturnCase) -> Alert | None:
    """The bank gave the money back: the customer has none, and a person pays another way."""
    asked, done = case.open_resolution, _done(case)
    too_soon = done is not None and _is_open_at_bank(done) and done.bank is not None and done.bank.returned
    returned = done if too_soon else asked if asked is not None and asked.came_back else None
    if returned is None:
        return None
    return Alert("bank_returned", Level.RED, {**_asked(returned), "bank": returned.bank})


def needs_person(case: ReturnCase) -> Alert | None:
    """The evidence does not tell whether money moved: somebody has to look."""
    doubtful = case.open_resolution
    if doubtful is None or not doubtful.needs_person or doubtful.came_back:
        return None
    values = {**_asked(doubtful), "why": doubtful.why, **doubtful.why_values}
    return Alert("needs_person", Level.AMBER, values)


def refunded_elsewhere(case: ReturnCase) -> Alert | None:
    """Somebody refunded on this order outside of the desk after the return was opened."""
    if not case.outside_refunds or not is_lively(case) or case.money_in_the_air:
        return None  # while money is in the air, the row in the shop may be our own
    amount = total((refund.amount for refund in case.outside_refunds), case.order.currency)
    values = {"amount": amount, "count": len(case.outside_refunds), "remaining": _remaining(case)}
    return Alert("refunded_elsewhere", Level.RED, values)


def refunded_since(case: ReturnCase) -> Alert | None:
    """Somebody refunded on this order outside of the desk, and the return is settled."""
    if not case.outside_refunds or case.status is not ReturnStatus.RESOLVED:
        return None
    amount = total((refund.amount for refund in case.outside_refunds), case.order.currency)
    return Alert("refunded_since", Level.BLUE, {"amount": amount, "count": len(case.outside_refunds)})


def refund_overdue(case: ReturnCase) -> Alert | None:
    """The law's 14 days are over."""
    if not is_overdue(case) or case.money_in_the_air:
        return None
    return Alert("refund_overdue", Level.RED, {"date": case.refund_due_by})


def answer_unknown(case: ReturnCase) -> Alert | None:
    """The shop was asked and did not answer; the desk looks before it does anything again."""
    doubtful = case.open_resolution
    if doubtful is None or doubtful.status is not ResolutionStatus.IN_DOUBT or doubtful.needs_person:
        return None
    return Alert("answer_unknown", Level.AMBER, _asked(doubtful))


def refused_by_shop(case: ReturnCase) -> Alert | None:
    """The last attempt to pay back was refused; nothing moved."""
    last = _last_refused(case)
    if last is None or last.method is Method.STORE_CREDIT:
        return None
    return Alert("refused_by_shop", Level.AMBER, _refusal(last))


def credit_refused(case: ReturnCase) -> Alert | None:
    """The store credit could not be issued; there is none."""
    last = _last_refused(case)
    if last is None or last.method is not Method.STORE_CREDIT:
        return None
    return Alert("credit_refused", Level.AMBER, _refusal(last))


def needs_human_order(case: ReturnCase) -> Alert | None:
    """A subscription, a deposit or the like: no amount is proposed (rule G11). ``why`` names which."""
    if not case.order.needs_human or not is_lively(case):
        return None
    return Alert("needs_human_order", Level.AMBER, {"why": case.order.needs_human})


def deadline_passed(case: ReturnCase) -> Alert | None:
    """The window ended and the goods are not on their way; a late request somebody let in is told apart."""
    if not window_passed(case) or case.late_reason or not is_lively(case):
        return None
    return Alert("deadline_passed", Level.AMBER, {"date": case.window_end})


def refund_due_soon(case: ReturnCase) -> Alert | None:
    """The money has to be paid back within days."""
    if not is_due_soon(case) or case.money_in_the_air:
        return None
    return Alert("refund_due_soon", Level.AMBER, {"date": case.refund_due_by})


def extra_items(case: ReturnCase) -> Alert | None:
    """More arrived than was announced (rule S4)."""
    announced = {item.line_id: item.quantity for item in case.items}
    count = extra_units(announced, {item.line_id: item.arrived for item in case.items})
    return Alert("extra_items", Level.AMBER, {"count": count}) if count and is_lively(case) else None


def missing_items(case: ReturnCase) -> Alert | None:
    """Announced units were noted as missing."""
    count = sum(item.received.get(Condition.MISSING, 0) for item in case.items)
    return Alert("missing_items", Level.AMBER, {"count": count}) if count and is_lively(case) else None


def sending(case: ReturnCase) -> Alert | None:
    """A decision is on its way to the shop."""
    planned = case.open_resolution
    if planned is None or planned.status is not ResolutionStatus.PLANNED or planned.needs_person:
        return None
    return None if planned.method is Method.EXCHANGE else Alert("sending", Level.BLUE, _asked(planned))


def extended_deadline(case: ReturnCase) -> Alert | None:
    """Somebody gave the customer more time."""
    granted = case.extension
    if granted is None or not is_lively(case):
        return None
    values = {
        "old_end": granted.old_end,
        "new_end": granted.new_end,
        "by": granted.by,
        "reason": granted.reason,
        "days": days_granted(granted),
    }
    return Alert("extended_deadline", Level.BLUE, values)


def late_override(case: ReturnCase) -> Alert | None:
    """Asked for after the window, and let in by somebody who said why."""
    if not case.late_reason or not is_lively(case):
        return None
    return Alert("late_override", Level.BLUE, {"reason": case.late_reason, "date": case.window_end})


def question_pending(case: ReturnCase) -> Alert | None:
    """The customer was asked something; the refund clock waits."""
    asked = case.question
    if asked is None or not is_lively(case):
        return None
    return Alert("question_pending", Level.BLUE, {"text": asked.text, "at": asked.asked_at, "by": asked.by})


def needs_answer(case: ReturnCase) -> Alert | None:
    """The customer wrote and nobody has answered; also after the return is over."""
    if case.unanswered_since is None:
        return None
    return Alert("needs_answer", Level.AMBER, {"at": case.unanswered_since})


def clock_over(case: ReturnCase) -> Alert | None:
    """The team's own time for it is over. Red is for what the law or the bank says, so this is not."""
    clock = case.clock
    if clock is None or not clock.is_over(case.as_of) or case.money_in_the_air:
        return None
    return Alert("clock_over", Level.AMBER, {"turn": clock.turn, "at": clock.due_at})


def clock_soon(case: ReturnCase) -> Alert | None:
    """Three quarters of the team's own time are over."""
    clock = case.clock
    if clock is None or not clock.warns(case.as_of) or clock.is_over(case.as_of) or case.money_in_the_air:
        return None
    return Alert("clock_soon", Level.AMBER, {"turn": clock.turn, "at": clock.due_at})


def misuse(case: ReturnCase) -> Alert | None:
    """Signs worth a second look; ``flags`` are those of ``bot.rules.flags``."""
    found = flags(case) if is_lively(case) else ()
    return Alert("flags", Level.BLUE, {"flags": found}) if found else None


def not_booked(case: ReturnCase) -> Alert | None:
    """The customer has the money, and the shop's books will not follow by themselves."""
    done = _done(case)
    if done is None or done.booked or not done.books_stuck:
        return None
    return Alert("not_booked", Level.AMBER, _asked(done))


def bank_pending(case: ReturnCase) -> Alert | None:
    """The money is on its way: the bank has taken the refund and may still give it back."""
    done = _done(case)
    if done is None or done.bank is None or not done.bank.undecided:
        return None
    return Alert("bank_pending", Level.BLUE, {"resolution": done, **_asked(done), "bank": done.bank})


def settled(case: ReturnCase) -> Alert | None:
    """Done; ``resolution`` tells what was done, by whom and when."""
    done = _done(case)
    if done is None or _is_open_at_bank(done):
        return None
    return Alert("settled", Level.GREEN, {"resolution": done, "amount": done.amount, "by": done.by})


def order_closed_elsewhere(case: ReturnCase) -> Alert | None:
    """The order was cancelled or wholly refunded in the shop: there is nothing left to do here (rule S6)."""
    if not is_open(case.status) or not _closed_elsewhere(case):
        return None
    amount = total((refund.amount for refund in case.outside_refunds), case.order.currency)
    return Alert("order_closed_elsewhere", Level.GREY, {"status": case.order.status, "amount": amount})


def closed(case: ReturnCase) -> Alert | None:
    """Rejected, cancelled or expired; the alert has the name of the status."""
    if case.status not in (ReturnStatus.REJECTED, ReturnStatus.CANCELLED, ReturnStatus.EXPIRED):
        return None
    values = {"by": case.closed_by, "at": case.closed_at, "reason": case.closed_reason}
    return Alert(case.status.value, Level.GREY, values)


ALERTS: tuple[Callable[[ReturnCase], Alert | None], ...] = (
    stray_payment,
    exchange_do_not_refund,
    bank_returned,
    needs_person,
    disputed,
    refunded_elsewhere,
    refund_overdue,
    answer_unknown,
    refused_by_shop,
    credit_refused,
    needs_human_order,
    exchange_checking,
    exchange_stuck,
    payment_unseen,
    exchange_lapsed,
    exchange_ending,
    exchange_due,
    needs_answer,
    difference_unpaid,
    extra_items,
    missing_items,
    deadline_passed,
    refund_due_soon,
    clock_over,
    clock_soon,
    sending,
    extended_deadline,
    late_override,
    question_pending,
    misuse,
    difference_paid,
    not_booked,
    bank_pending,
    refunded_since,
    settled,
    order_closed_elsewhere,
    closed,
)


WHILE_LIVELY = frozenset(
    {exchange_do_not_refund, exchange_lapsed, exchange_due, difference_unpaid, difference_paid}
)


def alerts(case: ReturnCase) -> tuple[Alert, ...]:
    """Everything not to overlook, worst first; of equals, in the order of ALERTS.

    Nothing is red while money is in the air: red says that something failed, and that is not known.
    """
    lively = is_lively(case)
    rules = (rule for rule in ALERTS if lively or rule not in WHILE_LIVELY)
    found = [alert for rule in rules if (alert := rule(case))]
    if case.money_in_the_air or (case.exchange is not None and case.exchange.checking):
        found = [replace(alert, level=max(alert.level, Level.AMBER)) for alert in found]
    return tuple(sorted(found, key=lambda alert: alert.level))


def colour(case: ReturnCase) -> Level:
    """The colour of the bar beside the card: that of the worst alert, blue where there is none."""
    found = alerts(case)
    return found[0].level if found else Level.BLUE


def is_lively(case: ReturnCase) -> bool:
    """Whether there is still something to decide on this return."""
    return is_open(case.status) and not _closed_elsewhere(case)


def _closed_elsewhere(case: ReturnCase) -> bool:
    """Whether nothing of the order is left, although no resolution of this return is at work.

    Money that went back although an exchange stands is no end of it: somebody has to look.
    """
    if case.open_resolution is not None and case.open_resolution.method is not Method.EXCHANGE:
        return False
    if case.exchange_stands and case.outside_refunds:
        return False
    return case.order.status in CLOSED_IN_SHOP or (bool(case.order.total) and not _remaining(case))


def _remaining(case: ReturnCase) -> object:
    return order_remaining(case.order, case.settlements)


def _asked(resolution: CaseResolution) -> dict[str, object]:
    return {
        "amount": resolution.amount,
        "method": resolution.method,
        "reference": resolution.reference,
        "by": resolution.by,
        "asked_at": resolution.asked_at,
        "next_look_at": resolution.next_look_at,
        "progress": resolution.progress,
    }


def _is_open_at_bank(done: CaseResolution) -> bool:
    """Whether the bank may still say no, or has said no and nobody has paid another way."""
    return done.bank is not None and (done.bank.undecided or (done.bank.returned and not done.proof))


def _done(case: ReturnCase) -> CaseResolution | None:
    """What settled a return that is settled."""
    done = [one for one in case.resolutions if one.status is ResolutionStatus.DONE]
    return done[-1] if case.status is ReturnStatus.RESOLVED and done else None


def _last_refused(case: ReturnCase) -> CaseResolution | None:
    """The newest resolution, if it was one of money and was refused."""
    if not is_lively(case) or case.open_resolution is not None or not case.resolutions:
        return None
    last = case.resolutions[-1]
    refused = last.status is ResolutionStatus.REFUSED and last.method is not Method.EXCHANGE
    return last if refused else None


def _refusal(resolution: CaseResolution) -> dict[str, object]:
    return {**_asked(resolution), "why": resolution.why, "why_values": resolution.why_values}
