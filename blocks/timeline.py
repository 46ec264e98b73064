"""Who did what, when: the return's history, newest first, as a modal."""

from collections.abc import Mapping, Sequence
from datetime import date

from blocks import credit_thread, exchange_thread, ids
from blocks.kit import Block, View, context, inert, mention, modal, section, sentence
from blocks.money import reason_of
from bot.i18n import N_, Words
from bot.rules.case import Bank, HistoryEntry, ReturnCase
from store.money import Money
from store.terms import Method

MOST = 60  # entries in one modal

VERBS: Mapping[str, str] = {
    **exchange_thread.VERBS,
    **credit_thread.VERBS,
    "opened": N_("The return was opened"),
    "taken": N_("Taken"),
    "let_go": N_("Free again: {name} left it alone for long"),
    "handed_over": N_("Handed over to {to}"),
    "approved": N_("Approved"),
    "agreed": N_("Agreed at once, as the returns policy says"),
    "agreed_by_rule": N_("Agreed at once, by the rule “{rule}”"),
    "rejected": N_("Rejected: {reason}"),
    "cancelled": N_("Cancelled: {reason}"),
    "reopened": N_("Reopened: {reason}"),
    "asked": N_("Asked the customer: {text}"),
    "answered": N_("The customer answered: {text}"),
    "customer_wrote": N_("The customer wrote"),
    "answer_not_needed": N_("Decided that no answer is needed"),
    "written": N_("Wrote to the customer: {text}"),
    "not_told": N_("The customer was not told: the shop did not pass it on"),
    "link_renewed": N_("Sent the customer a new link; earlier ones ended"),
    "label_noted": N_("Return label noted, cost {amount}, on {host}"),
    "page_locked": N_("Locked the customer’s page"),
    "not_mailed": N_("Perhaps not told: the mail to the customer did not go out"),
    "extended": N_("Deadline extended to {end}: {reason}"),
    "received": N_("Received, units: {units}"),
    "shipped": N_("On its way, parcel {tracking}"),
    "cancelled_by_customer": N_("Cancelled by the customer"),
    "sent_by_customer": N_("Sent back by the customer, parcel {number}"),
    "decided": N_("Decided: {method}, {amount}, reference {reference}"),
    "settled": N_("Settled: {method}, {amount}, reference {reference}"),
    "refused": N_("Refused, no money moved, reference {reference}"),
    "in_doubt": N_("No answer from the shop, looking, reference {reference}"),
    "needs_person": N_("Somebody has to look, reference {reference}"),
    "allowed_again": N_("Looked and found nothing; one more try allowed, reference {reference}"),
    "confirmed": N_("Looked and found it under {proof}, reference {reference}"),
    "restocked": N_("Put back in stock, reference {reference}"),
    "not_restocked": N_("Not put back in stock, reference {reference}"),
    "shelf_unseen": N_("Perhaps not put back in stock, reference {reference}"),
    "bank_paid": N_("The bank took the money, reference {reference}"),
    "bank_returned": N_("The bank gave the money back, reference {reference}. {reason}"),
    "booked": N_("Booked in the shop as refund no. {refund}, reference {reference}"),
    "not_booked": N_("Paid, but not booked in the shop, reference {reference}"),
}


def timeline(case: ReturnCase, entries: Sequence[HistoryEntry], words: Words) -> View:
    """The modal."""
    newest = list(reversed(entries))[:MOST]
    blocks = [_entry(entry, case, words) for entry in newest]
    if len(entries) > MOST:
        blocks.append(context(words("and {count} older entries", count=len(entries) - MOST)))
    return modal(words("Timeline"), blocks, callback_id=ids.NOTICE, close=words("Close"))


def _entry(entry: HistoryEntry, case: ReturnCase, words: Words) -> Block:
    when = words.moment(entry.at, now=case.as_of)
    who = mention(entry.by) or words("the desk")
    values = {name: _value(name, value, case, words) for name, value in entry.values.items()}
    if entry.verb == "bank_returned":
        values["reason"] = reason_of(Bank("", "failed", str(entry.values["reason"])), words)
    if entry.verb == "exchange_stuck":
        values["why"] = _why(entry.values, words)
    return section(f"*{when}*  {who}\n{words(VERBS[entry.verb], **values)}")


def _why(values: Mapping[str, object], words: Words) -> str:
    """The sentence of the catalogue about what a person decides."""
    given = values.get("values")
    filling = {str(name): value for name, value in given.items()} if isinstance(given, Mapping) else {}
    return sentence(words, str(values["why"]), filling) if values.get("why") else ""


def _value(name: str, value: object, case: ReturnCase, words: Words) -> object:
    if name == "amount" and isinstance(value, int):
        return words.money(Money(value, case.order.currency))
    if name == "difference" and isinstance(value, int):
        return exchange_thread.difference_words(value, case.order.currency, words)
    if name == "method":
        return words.term(Method(str(value)))
    if name == "end":
        return date.fromisoformat(str(value))
    return inert(value, 300) if isinstance(value, str) else value
