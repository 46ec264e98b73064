"""Alerts as lines: a sign, a bold lead that says what to do or not to do, the number or date behind it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from blocks import exchange, money
from blocks.kit import code, headed, inert, mention, moment, sentence
from bot.i18n import N_, Words
from bot.rules.alert import Alert
from bot.rules.alerts import alerts
from bot.rules.case import CaseResolution, ReturnCase
from bot.rules.flags import Flag
from bot.rules.turn import Turn
from store.terms import Method, ResolutionStatus

Line = Callable[[Mapping[str, Any], ReturnCase, Words], str]

STOP, WAIT, LOOK, CALENDAR = ":octagonal_sign:", ":hourglass_flowing_sand:", ":mag:", ":calendar:"
CHECK, WARNING, TALK, CLOSED = ":white_check_mark:", ":warning:", ":speech_balloon:", ":heavy_minus_sign:"


def alert_lines(case: ReturnCase, words: Words) -> str:
    """What must not be overlooked, worst first, one line each; empty where there is nothing."""
    return "\n".join(alert_line(alert, case, words) for alert in alerts(case))


def alert_line(alert: Alert, case: ReturnCase, words: Words) -> str:
    """One alert in words."""
    return LINES[alert.name](alert.values, case, words)


def _disputed(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    lead = words("Do not refund: the payment is disputed.")
    return headed(STOP, lead, words("The customer's bank may take the money back itself."))


def _refunded_elsewhere(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    lead = words("Check first: {amount} was refunded in the shop.", amount=v["amount"])
    return headed(STOP, lead, words("{remaining} of the order is left.", remaining=v["remaining"]))


def _overdue(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return headed(STOP, words("Pay back now: the refund was due on {date}.", date=v["date"]))


def _refused(_v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    lead = words("Decide again: the refund was refused and no money moved.")
    return headed(WARNING, lead, _why(_last_refused(case), words))


def _credit_refused(_v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    lead = words("Decide again: the store credit was refused and there is none.")
    return headed(WARNING, lead, _why(_last_refused(case), words))


def _needs_human(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    what = ", ".join(dict.fromkeys(words(UNUSUAL.get(one, N_("something unusual"))) for one in v["why"]))
    return headed(WARNING, words("Work this one out by hand."), words("The order has: {what}.", what=what))


UNUSUAL = {
    "subscription": N_("a subscription"),
    "deposit": N_("a deposit"),
    "gift_card": N_("a gift card"),
    "fractional_quantity": N_("goods sold by weight or length"),
}


def _extra(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    lead = words.plural("Ask about {count} extra unit.", "Ask about {count} extra units.", v["count"])
    return headed(WARNING, lead, words("More came in than was announced."))


def _missing(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    count = v["count"]
    return headed(
        WARNING, words.plural("Ask about {count} missing unit.", "Ask about {count} missing units.", count)
    )


def _passed(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return headed(CALENDAR, words("Extend or cancel: nothing was sent by {date}.", date=v["date"]))


def _due_soon(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return headed(CALENDAR, words("Pay back by {date}.", date=v["date"]))


def _extended(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    lead = words("Deadline extended to {date}", date=v["new_end"])
    was = _granted(v, words) if v["old_end"] else ""
    return headed(CALENDAR, lead, was, words("by {who}: {why}", who=mention(v["by"]), why=inert(v["reason"])))


def _granted(v: Mapping[str, Any], words: Words) -> str:
    return words.plural(
        "(was {date}, {count} day more)", "(was {date}, {count} days more)", v["days"], date=v["old_end"]
    )


def _late(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    lead = words("Taken after the window")
    return headed(CALENDAR, lead, words("(ended {date}): {why}", date=v["date"], why=inert(v["reason"])))


def _question(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    asked = words("asked {time}: {text}", time=moment(v["at"], words), text=inert(v["text"], 120))
    return headed(TALK, words("Waiting for the customer's answer"), asked)


def _needs_answer(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    since = words("since {time}", time=moment(v["at"], words))
    return headed(TALK, words("The customer waits for an answer"), since)


def _clock_over(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return headed(WAIT, *clock_words(v["turn"], v["at"], words, over=True))


def _clock_soon(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return headed(WAIT, *clock_words(v["turn"], v["at"], words, over=False))


def clock_words(turn: str, at: datetime, words: Words, *, over: bool) -> tuple[str, str]:
    """What the team has to do, and when the time it gave itself is, or was, up."""
    lead, when = (OVER if over else SOON)[Turn(turn)], moment(at, words)
    until = words("time was up {time}", time=when) if over else words("time is up {time}", time=when)
    return words(lead), until


OVER = {
    Turn.PENDING: N_("Decide now:"),
    Turn.RECEIVED: N_("Settle it now:"),
    Turn.ANSWER: N_("Answer the customer now:"),
}
SOON = {
    Turn.PENDING: N_("Decide soon:"),
    Turn.RECEIVED: N_("Settle it soon:"),
    Turn.ANSWER: N_("Answer the customer soon:"),
}


def _flags(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    signs = " · ".join(flag_words(flag, words) for flag in v["flags"])
    return headed(LOOK, words("Worth a second look:"), signs)


def _settled(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    done: CaseResolution = v["resolution"]
    beside = [text for text in _beside(done, words) if text]
    return " · ".join([headed(CHECK, _done(done, case, words)), *beside, *_in_exchange(done, case, words)])


def _in_exchange(done: CaseResolution, case: ReturnCase, words: Words) -> list[str]:
    """What belongs to an exchange: the payment of its difference, or the goods beside what was given back."""
    if done.method is Method.EXCHANGE:
        return exchange.payment_of(case, words)
    exchanges = [one for one in case.resolutions if one.method is Method.EXCHANGE]
    is_done = any(one.status is ResolutionStatus.DONE for one in exchanges)
    return [exchange.exchanged(case, words)] if is_done else []


def _since(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    lead = words("Also refunded in the shop: {amount}.", amount=v["amount"])
    return headed(LOOK, lead, words("That was not done here."))


def _pending(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    beside = [text for text in _stayed(v["resolution"], words) if text]
    return " · ".join([money.bank_pending(v, case, words), *beside])


def _done(done: CaseResolution, case: ReturnCase, words: Words) -> str:
    if done.method is Method.EXCHANGE:
        return exchange.exchanged(case, words)
    if not done.amount:
        return words("Settled without payment")
    if done.method is Method.STORE_CREDIT:
        return _credited(done, words)
    returned = done.bank is not None and done.bank.returned
    if done.method is Method.MANUAL_REFUND or returned:
        reference = inert(done.proof if returned else done.transfer_reference, 60)
        return words(
            "{amount} refunded by hand, reference {reference}", amount=done.amount, reference=reference
        )
    title = inert(case.order.payment_title, 60)
    return words("{amount} refunded to {title}", amount=done.amount, title=title)


def _credited(done: CaseResolution, words: Words) -> str:
    if not done.credit_code_tail:
        return words("{amount} store credit", amount=done.credit)
    return words("{amount} store credit, code ends in {tail}", amount=done.credit, tail=done.credit_code_tail)


def _beside(done: CaseResolution, words: Words) -> list[str]:
    bank = code(done.bank.refund_id) if done.bank is not None and not done.bank.returned else ""
    by_hand = done.method is Method.GATEWAY_REFUND and done.bank is None and done.proof
    found = words("found under {proof}", proof=inert(done.proof, 60)) if by_hand else ""
    return [bank, found, *_stayed(done, words)]


def _stayed(done: CaseResolution, words: Words) -> list[str]:
    """What stayed with the shop: money kept, units back on the shelf, books that follow."""
    kept = words("kept {amount}", amount=done.kept) if done.kept else ""
    moves = [stock_move(move.sku, move.before, move.after, words) for move in done.restocked]
    follow = not done.booked and not done.books_stuck
    return [kept, *moves, words("the shop's books follow in a few minutes") if follow else ""]


def stock_move(sku: str, before: int | None, after: int | None, words: Words) -> str:
    """The shop's counter of one product before and after."""
    if before is None or after is None:
        return words("{sku}: the shop counts no stock", sku=code(sku))
    return words("{sku} stock {before} → {after}", sku=code(sku), before=before, after=after)


def _closed_elsewhere(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    status = SHOP_STATUS.get(str(v["status"]), N_("wholly refunded"))
    return headed(
        CLOSED, words("Nothing to do here: the order is {status} in the shop.", status=words(status))
    )


SHOP_STATUS = {"cancelled": N_("cancelled"), "trash": N_("in the trash")}


def _closed(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    when = moment(v["at"], words) if v["at"] else ""
    by = words("by {who}, {time}", who=mention(v["by"]), time=when) if v["by"] else when
    return " · ".join(filter(None, [headed(CLOSED, words.term(case.status), by), inert(v["reason"])]))


def _why(resolution: CaseResolution | None, words: Words) -> str:
    if resolution is None or not resolution.why:
        return ""
    return sentence(words, resolution.why, resolution.why_values)


def _last_refused(case: ReturnCase) -> CaseResolution | None:
    refused = [one for one in case.resolutions if one.status.value == "refused"]
    return refused[-1] if refused else None


def flag_words(flag: Flag, words: Words) -> str:
    """A sign of misuse, with the number behind it."""
    return FLAGS[flag.name](flag.values, words)


FLAGS: Mapping[str, Callable[[Mapping[str, Any], Words], str]] = {
    "many_returns": lambda v, words: words("{count} returns in {days} days", **v),
    "high_return_rate": lambda v, words: words("{returns} of {orders} orders came back ({percent} %)", **v),
    "unusually_large": lambda v, words: words("{amount}, usually orders for {average}", **v),
    "asked_at_once": lambda v, words: words("asked {minutes} min after delivery", **v),
    "delivered_but_missing": lambda v, words: words("pieces missing, delivered {delivered}", **v),
    "kept_before": lambda v, words: words.plural(
        "kept goods {count} time before", "kept goods {count} times before", v["count"]
    ),
    "much_credit": lambda v, words: words("{amount} of credit given, limit {limit}", **v),
}

LINES: Mapping[str, Line] = {
    **exchange.ALERTS,
    "bank_returned": money.bank_returned,
    "needs_person": money.needs_person,
    "disputed": _disputed,
    "refunded_elsewhere": _refunded_elsewhere,
    "refunded_since": _since,
    "refund_overdue": _overdue,
    "answer_unknown": money.unknown,
    "refused_by_shop": _refused,
    "credit_refused": _credit_refused,
    "needs_human_order": _needs_human,
    "extra_items": _extra,
    "missing_items": _missing,
    "deadline_passed": _passed,
    "refund_due_soon": _due_soon,
    "sending": money.sending,
    "extended_deadline": _extended,
    "late_override": _late,
    "question_pending": _question,
    "needs_answer": _needs_answer,
    "clock_over": _clock_over,
    "clock_soon": _clock_soon,
    "flags": _flags,
    "not_booked": money.not_booked,
    "bank_pending": _pending,
    "settled": _settled,
    "order_closed_elsewhere": _closed_elsewhere,
    "rejected": _closed,
    "cancelled": _closed,
    "expired": _closed,
}
