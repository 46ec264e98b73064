"""Lines in the thread below a card: what was sent, what came back, what was said. Internal, all of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from blocks import alerts, credit_thread, exchange_thread, money, photos
from blocks.kit import FALLBACK, fit_marked, inert, moment, quoted, section, sentence
from blocks.talk import customer_said
from bot.i18n import Words
from bot.rules.case import Bank, CaseResolution, ReturnCase


def thread_message(kind: str, values: Mapping[str, Any], case: ReturnCase, words: Words) -> dict[str, object]:
    """The message for what happened, as text and, where somebody's words are shown, as blocks."""
    if kind == "customer_said":
        return customer_said(values["lines"], case, words)
    said = LINES[kind](values, case, words)
    message: dict[str, object] = {"text": fit_marked(said, 3000)}
    if kind in ("asked", "written", "not_told", "not_mailed"):
        message["text"] = fit_marked(said, FALLBACK)
        message["blocks"] = [section(said), quoted(str(values["text"]))]
    return message


def _resolution(values: Mapping[str, Any], case: ReturnCase) -> CaseResolution:
    return next(one for one in case.resolutions if one.resolution_id == values["resolution"])


def _sending(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    return words(
        "<@{who}> decided on a {method} of {amount}. Reference `{reference}`.",
        who=one.by.user_id,
        method=one.method,
        amount=one.amount,
        reference=one.reference,
    )


def _settled(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    if one.bank is not None and one.bank.undecided:
        return _on_its_way(one, words)
    done = words(
        ":white_check_mark: Done: {method} of {amount}, reference `{reference}`.",
        method=one.method,
        amount=one.amount,
        reference=one.reference,
    )
    shop = words("The shop's refund is no. {number}.", number=one.refund_id) if one.refund_id else ""
    return f"{done} {shop}".strip()


def _on_its_way(one: CaseResolution, words: Words) -> str:
    assert one.bank is not None
    said = words(
        ":bank: {amount} is on its way, as `{refund}`, reference `{reference}`.",
        amount=one.amount,
        refund=one.bank.refund_id,
        reference=one.reference,
    )
    return f"{said} {money.reason_of(one.bank, words)}"


def _refused(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    why = sentence(words, one.why, one.why_values) if one.why else ""
    said = words(
        ":warning: The {method} of {amount} was refused and no money moved.",
        method=one.method,
        amount=one.amount,
    )
    return f"{said} {why}".strip()


def _in_doubt(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    return words(
        ":mag: The shop did not answer about {amount}. It may or may not have happened, so nothing is sent "
        "again: we look until we know.",
        amount=one.amount,
    )


def _still_in_doubt(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    return words(
        ":mag: Still no word about {amount}, decided on at {time}. We go on looking, and nothing is sent "
        "again meanwhile.",
        amount=one.amount,
        time=moment(one.decided_at, words),
    )


def _needs_person(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    why = sentence(words, one.why, one.why_values) if one.why else ""
    look = words(
        ":octagonal_sign: Somebody has to look in the shop and at the bank for `{reference}`.",
        reference=one.reference,
    )
    return f"{look} {why}".strip()


def _not_restocked(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    return words(":warning: The units could not be put back in stock. Please do it in the shop.")


def _shelf_unseen(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The shop broke off before it said whether the units are back in stock. "
        "Please look in the shop."
    )


def _bank_paid(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    return words(":white_check_mark: The bank took {amount}: it is with the customer.", amount=one.amount)


def _bank_returned(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    why = money.reason_of(Bank("", "failed", str(v["reason"])), words)
    said = words(
        ":octagonal_sign: The bank gave {amount} back, so the customer has no money yet: pay another way, "
        "and write down its reference on the card.",
        amount=one.amount,
    )
    return f"{said} {why}"


def _booked(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    return words(":white_check_mark: The shop has booked it too, as refund no. {number}.", number=v["refund"])


def _not_booked(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    one = _resolution(v, case)
    why = sentence(words, v["why"], v["values"]) if v["why"] else ""
    said = words(
        ":warning: The customer has the money, but the shop's books do not show it. Please enter {amount} as "
        "a manual refund in the shop, with `{reference}` as its reason.",
        amount=one.amount,
        reference=one.reference,
    )
    return f"{said} {why}".strip()


def _received(v: Mapping[str, Any], case: ReturnCase, words: Words) -> str:
    return words.plural(
        "<@{by}> received {count} unit.", "<@{by}> received {count} units.", v["units"], by=v["by"]
    )


def _asked(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(":speech_balloon: <@{by}> asked the customer:", by=v["by"])


def _written(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(":speech_balloon: <@{by}> wrote to the customer:", by=v["by"])


def _not_told(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(":warning: The shop did not pass this on to the customer. Please write another way:")


def _not_mailed(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    why = sentence(words, str(v["why"]), v["values"]) if v.get("why") else ""
    said = words(":warning: This mail to the customer may not have arrived. Please write another way:")
    return f"{said} {why}".strip()


def _handed_over(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    note = f" {inert(v['note'], 500)}" if v.get("note") else ""
    return words("This is with <@{to}> now.", to=v["to"]) + note


def _clock_soon(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return _yours(v, words, over=False)


def _clock_over(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return _yours(v, words, over=True)


def _yours(v: Mapping[str, Any], words: Words, *, over: bool) -> str:
    said = alerts.clock_words(v["turn"], datetime.fromisoformat(v["at"]), words, over=over)
    return " ".join([words("<@{who}>, this is yours.", who=v["owner"]), *said])


def _let_go(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(
        "Nobody has worked on this for a while, so it is no longer with <@{who}>: whoever can, take it.",
        who=v["owner"],
    )


def _link_renewed(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words("<@{who}> sent the customer a new link; earlier ones ended.", who=v["by"])


def _page_locked(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(":lock: <@{who}> locked the customer’s page. No link opens it now.", who=v["by"])


def _cancelled_by_customer(_v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words("The customer cancelled this return.")


def _sent_by_customer(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words("The customer has sent it back, parcel {tracking}.", tracking=inert(v["number"], 100))


LINES: Mapping[str, Callable[[Mapping[str, Any], ReturnCase, Words], str]] = {
    **exchange_thread.LINES,
    **credit_thread.LINES,
    **photos.LINES,
    "sending": _sending,
    "settled": _settled,
    "refused": _refused,
    "in_doubt": _in_doubt,
    "still_in_doubt": _still_in_doubt,
    "needs_person": _needs_person,
    "not_restocked": _not_restocked,
    "shelf_unseen": _shelf_unseen,
    "bank_paid": _bank_paid,
    "bank_returned": _bank_returned,
    "booked": _booked,
    "not_booked": _not_booked,
    "received": _received,
    "asked": _asked,
    "written": _written,
    "not_told": _not_told,
    "not_mailed": _not_mailed,
    "handed_over": _handed_over,
    "clock_soon": _clock_soon,
    "clock_over": _clock_over,
    "let_go": _let_go,
    "link_renewed": _link_renewed,
    "page_locked": _page_locked,
    "cancelled_by_customer": _cancelled_by_customer,
    "sent_by_customer": _sent_by_customer,
}
