"""Every look of the desk by name, as what is handed to Slack, in one language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from blocks import credit_thread, forms
from blocks.answers import error_text, help_text
from blocks.card import return_card
from blocks.differences import difference_card, settle_form
from blocks.refund_box import confirm_box, refund_box
from blocks.thread import thread_message
from blocks.timeline import timeline
from bot.customer import customer_text
from bot.i18n import Words
from bot.rules.case import HistoryEntry, ReturnCase
from bot.rules.choice import Problem, RefundChoice
from bot.rules.difference import Difference
from bot.rules.page import Page
from bot.rules.proposal import default_choice
from bot.rules.refund import quote_for
from bot.rules.turn import Turn
from store.terms import Condition, Method, Reason
from tests import make
from tests.blocks import cards, digests, exchanges, listing, reports, store_credits, talks, timekeeping
from tests.blocks.cards import CARDS, a_case, mixed, received
from tests.blocks.differences import DIFFERENCES
from tests.blocks.exchanges import STOCK_OUT as STUCK
from tests.make import ALICE, BOB, NOON, money

Look = Callable[[Words], dict[str, Any]]

RICH = make.a_policy(restocking_fee_percent=10, credit_bonus_percent=5, goodwill_limit="20.00")
PERMALINK = "https://acme.slack.com/archives/C01RETURNS/p1763900000000100"


def a_box(
    case: ReturnCase, words: Words, errors: Mapping[str, Problem] | None = None, **changed: Any
) -> dict[str, Any]:
    """The refund box of ``case`` as it opens, or with some of it changed."""
    choice = replace(default_choice(case), **changed)
    return refund_box(case, choice, quote_for(case, choice), words, errors=errors)


def a_confirmation(case: ReturnCase, words: Words, **changed: Any) -> dict[str, Any]:
    """The last look at what the box proposes."""
    choice: RefundChoice = replace(default_choice(case), **changed)
    return confirm_box(case, choice, quote_for(case, choice), words)


def with_shipping(**given: Any) -> ReturnCase:
    """Everything of an order comes back, and shipping was paid."""
    order = make.an_order(make.a_line(1, "66.00", 2), make.shipping(), **given)
    return received(make.an_item(received={Condition.GOOD: 2}), order=order, policy=RICH)


def _boxes() -> Iterator[tuple[str, Look]]:
    bank = CARDS["received_no_gateway"]
    wrong = {"custom_amount": Problem("Enter an amount above zero.")}
    manual, credit = Method.MANUAL_REFUND, Method.STORE_CREDIT
    faulty = received(make.an_item(reason=Reason.DAMAGED, received={Condition.GOOD: 2}), policy=RICH)
    early = a_case(make.an_item(reason=Reason.DEFECTIVE))
    yield "plain", lambda words: a_box(CARDS["received"], words)
    yield "everything", lambda words: a_box(with_shipping(), words)
    yield "mixed", lambda words: a_box(mixed(), words)
    yield "waived", lambda words: a_box(faulty, words)
    yield "charged_anyway", lambda words: a_box(faulty, words, deduct_label=True)
    yield "credit", lambda words: a_box(with_shipping(), words, method=credit)
    yield "manual", lambda words: a_box(bank, words, method=manual, reference="SEPA-77")
    yield "manual_unreferenced", lambda words: a_box(bank, words, method=manual)
    yield "nothing_ticked", lambda words: a_box(CARDS["received"], words, units=(), restock=False)
    yield "too_much", lambda words: a_box(CARDS["received"], words, custom_amount=money("70.00"))
    yield "goodwill", lambda words: a_box(with_shipping(), words, custom_amount=money("72.00"), goodwill=True)
    yield "not_an_amount", lambda words: a_box(CARDS["received"], words, wrong)
    yield "before_arrival", lambda words: a_box(early, words)
    yield "stock_not_counted", lambda words: a_box(cards.uncounted(CARDS["received"]), words)
    yield "disputed", lambda words: a_box(CARDS["received_disputed"], words)
    yield "unpaid", lambda words: a_box(CARDS["received_unpaid"], words)
    yield "needs_human", lambda words: a_box(CARDS["received_needs_human"], words)
    yield "exchange", lambda words: a_box(CARDS["exchange_unpaid"], words)
    yield "exchange_cheaper", lambda words: a_box(CARDS["exchange_cheaper"], words)
    yield "exchange_due", lambda words: a_box(CARDS["exchange_due"], words)
    yield "many_lines", lambda words: a_box(cards.thirty(), words)


def _confirmations() -> Iterator[tuple[str, Look]]:
    whole = with_shipping()
    yield "gateway", lambda words: a_confirmation(CARDS["received"], words)
    yield "credit", lambda words: a_confirmation(whole, words, method=Method.STORE_CREDIT)
    yield "manual", lambda words: a_confirmation(whole, words, method=Method.MANUAL_REFUND, reference="SEPA")
    yield "shipping", lambda words: a_confirmation(whole, words)


def _forms() -> Iterator[tuple[str, Look]]:
    case, here = CARDS["new_taken"], CARDS["received"]
    endless = a_case(window_end=None)
    order = with_shipping().order
    yield "more_new", lambda words: forms.more(case, words)
    yield "more_received", lambda words: forms.more(here, words)
    crowded = replace(CARDS["exchange_stuck"], owner=None)
    yield "more_exchange", lambda words: forms.more(CARDS["exchange_awaiting_payment"], words)
    yield "more_crowded", lambda words: forms.more(crowded, words)
    yield "more_settled", lambda words: forms.more(CARDS["settled"], words)
    yield "approve", lambda words: forms.approve(case, customer_text("approved", case, words), words)
    yield "reject", lambda words: forms.reject(case, words)
    yield "ask", lambda words: forms.ask(case, words)
    yield "answered", lambda words: forms.answered(CARDS["new_question"], words)
    yield "extend", lambda words: forms.extend(case, words)
    yield "extend_endless", lambda words: forms.extend(endless, words)
    yield "cancel", lambda words: forms.cancel(case, words)
    yield "reopen", lambda words: forms.reopen(CARDS["settled"], words)
    yield "hand_over", lambda words: forms.hand_over(case, words)
    paged, shut = replace(case, page=Page.OPEN), replace(CARDS["settled"], page=Page.LOCKED)
    yield "more_page", lambda words: forms.more(paged, words)
    yield "more_page_locked", lambda words: forms.more(shut, words)
    labelled = replace(case, label_link="https://labels.example/6A1.pdf", tracking_number="6A1")
    yield "label", lambda words: forms.label(labelled, words)
    yield "new_link", lambda words: forms.new_link(case, "Here is a new link.", words)
    yield "lock_page", lambda words: forms.lock_page(case, words)
    yield "was_refunded", lambda words: forms.was_refunded(CARDS["needs_person"], words)
    yield "was_booked", lambda words: forms.was_refunded(CARDS["needs_person_booking"], words)
    yield "was_credited", lambda words: forms.was_refunded(CARDS["needs_person_credit"], words)
    yield "paid_another_way", lambda words: forms.was_refunded(CARDS["bank_returned"], words)
    yield "receive", lambda words: forms.receive(case, words)
    yield "receive_rest", lambda words: forms.receive(mixed(), words)
    yield "receive_many", lambda words: forms.receive(CARDS["new_many_lines"], words)
    yield "new_return", lambda words: forms.new_return(order, {1: 2}, words, ended=None)
    yield "new_return_late", lambda words: forms.new_return(order, {1: 1}, words, ended=date(2026, 11, 20))
    yield "new_return_nothing", lambda words: forms.new_return(order, {}, words, ended=None)
    yield "loading", lambda words: forms.loading("5567", words)


def _answers() -> Iterator[tuple[str, Look]]:
    rows = (("/returns new 5567", "open a return for an order"), ("/returns help", "show this"))
    yield "help", lambda words: {"text": help_text(rows, words)}
    yield "error", lambda words: {"text": error_text(words, "a1b2c3d4")}


def _listing(views: Callable[[Words], Iterator[tuple[str, dict[str, Any]]]]) -> Iterator[tuple[str, Look]]:
    for name, _ in views(Words()):
        yield name, _listed(views, name)


def _listed(views: Callable[[Words], Iterator[tuple[str, dict[str, Any]]]], name: str) -> Look:
    return lambda words: dict(views(words))[name]


NO_MAIL = {"why": "The mail server has taken nothing for a day.", "values": {}}
STUCK_CREDIT = {"reference": "RMA-1042-R1", "why": "Sorry, you are not allowed to edit this."}
EVENTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("opened", {"source": "staff"}),
    ("taken", {}),
    ("handed_over", {"to": "Bob", "note": "you know her"}),
    ("let_go", {"name": "Bob"}),
    ("approved", {}),
    ("rejected", {"reason": cards.REASON}),
    ("cancelled", {"reason": "The customer keeps it."}),
    ("reopened", {"reason": "One unit turned up after all."}),
    ("asked", {"text": "Which of the two is damaged?"}),
    ("answered", {"text": "The blue one."}),
    ("written", {"text": "Your parcel is here."}),
    ("customer_wrote", {"message": 3}),
    ("answer_not_needed", {}),
    ("extended", {"end": "2026-12-12", "reason": "parcel lost once"}),
    ("received", {"units": 2, "extra": {}}),
    ("shipped", {"tracking": "6A12345678901"}),
    ("decided", {"reference": "RMA-1042-R1", "method": "gateway_refund", "amount": 6110}),
    ("settled", {"reference": "RMA-1042-R1", "method": "gateway_refund", "amount": 6110}),
    ("refused", {"reference": "RMA-1042-R1", "why": "", "values": {}}),
    ("in_doubt", {"reference": "RMA-1042-R1"}),
    ("needs_person", {"reference": "RMA-1042-R1", "why": ""}),
    ("allowed_again", {"reference": "RMA-1042-R1"}),
    ("confirmed", {"reference": "RMA-1042-R1", "proof": "re_77"}),
    ("restocked", {"reference": "RMA-1042-R1"}),
    ("not_restocked", {"reference": "RMA-1042-R1", "why": ""}),
    ("shelf_unseen", {"reference": "RMA-1042-R1"}),
    ("not_told", {"why": "", "values": {}}),
    ("bank_paid", {"reference": "RMA-1042-R1"}),
    ("bank_returned", {"reference": "RMA-1042-R1", "reason": "declined"}),
    ("booked", {"reference": "RMA-1042-R1", "refund": 901}),
    ("not_booked", {"reference": "RMA-1042-R1", "why": ""}),
    ("exchange_decided", {"reference": "RMA-1042-R1", "difference": 3000}),
    ("replacement_reserved", {"reference": "RMA-1042-R1", "order": "5590"}),
    ("replacement_unreserved", {"reference": "RMA-1042-R1", "order": "5590"}),
    ("payment_asked", {"reference": "RMA-1042-R1", "amount": 3000}),
    ("difference_paid", {"reference": "RMA-1042-R1", "amount": 3000, "payment": "pi_3Qx7"}),
    ("stray_payment", {"reference": "RMA-1042-R1", "amount": 3000, "payment": "pi_4Ry8"}),
    ("stray_given_back", {"reference": "RMA-1042-R1", "amount": 3000}),
    ("payment_given_back", {"reference": "RMA-1042-R1", "amount": 3000}),
    ("exchange_less", {"reference": "RMA-1042-R1", "difference": -1500}),
    ("exchange_stuck", {"reference": "RMA-1042-R1", "why": STUCK["trouble"], "values": {"name": "Hoodie"}}),
    ("exchange_again", {"reference": "RMA-1042-R1"}),
    ("exchanged", {"reference": "RMA-1042-R1", "order": "5590", "due": 1500}),
    ("exchange_called_off", {"reference": "RMA-1042-R1"}),
    ("replacement_off", {"reference": "RMA-1042-R1"}),
    ("exchange_off", {"reference": "RMA-1042-R1"}),
    ("credit_used", {"reference": "RMA-1042-R1", "order": "5601", "amount": 4000}),
    ("agreed", {}),
    ("agreed_by_rule", {"rule": "small sums"}),
    ("cancelled_by_customer", {}),
    ("sent_by_customer", {"number": "6A1234567890"}),
    ("not_mailed", {"why": "", "values": {}}),
    ("link_renewed", {}),
    ("page_locked", {}),
    ("label_noted", {"amount": 490, "host": "labels.example"}),
    ("gift_card_used", {"reference": "RMA-1042-R1", "amount": 2000}),
    ("gift_card_back", {"reference": "RMA-1042-R1", "amount": 2000}),
    ("credit_back", {"reference": "RMA-1042-R1", "order": "5601", "amount": 4000}),
    ("gift_card_off", {"reference": "RMA-1042-R1"}),
    ("credit_resent", {"reference": "RMA-1042-R1"}),
    ("credit_revoked", {"reference": "RMA-1042-R1", "who": "U01ALICE", "reason": "sent twice"}),
    ("credit_not_revoked", {"reference": "RMA-1042-R1"}),
    ("credit_expired", {"reference": "RMA-1042-R1", "amount": 2300}),
    ("credit_gone", {"reference": "RMA-1042-R1"}),
)


def an_entry(place: int, verb: str, values: Mapping[str, object]) -> HistoryEntry:
    """The ``place``-th thing that happened; the desk itself did every third."""
    at = NOON - timedelta(hours=30 - place)
    return HistoryEntry(at, verb, None if place % 3 == 2 else (ALICE, BOB)[place % 2], values)


def _timelines() -> Iterator[tuple[str, Look]]:
    entries = [an_entry(place, verb, values) for place, (verb, values) in enumerate(EVENTS)]
    yield "all", lambda words: timeline(CARDS["settled"], entries, words)
    yield "long", lambda words: timeline(CARDS["settled"], entries * 5, words)


def _threads() -> Iterator[tuple[str, Look]]:
    one: dict[str, Any] = {"resolution": 1}
    for kind, values, case in (
        ("sending", one, CARDS["sending"]),
        ("settled", one, received(resolutions=(make.a_resolution(refund_id=901),))),
        ("refused", one, CARDS["refused"]),
        ("in_doubt", one, CARDS["answer_unknown"]),
        ("needs_person", one, CARDS["needs_person"]),
        ("still_in_doubt", one, CARDS["unknown_for_long"]),
        ("not_restocked", one, CARDS["settled"]),
        ("shelf_unseen", {}, CARDS["settled"]),
        ("on_its_way", one, CARDS["bank_pending"]),
        ("bank_paid", one, CARDS["settled_at_stripe"]),
        ("bank_returned", one | {"reason": "declined"}, CARDS["bank_returned"]),
        ("booked", {"refund": 901}, CARDS["settled_at_stripe"]),
        ("not_booked", one | {"why": "", "values": {}}, CARDS["not_booked"]),
        ("received", {"units": 2, "by": "U01ALICE"}, CARDS["received"]),
        ("asked", {"by": "U01ALICE", "text": "Which of the two is damaged?"}, CARDS["new_question"]),
        ("written", {"by": "U01ALICE", "text": "Your parcel is here."}, CARDS["received"]),
        ("not_told", {"text": "Your parcel is here."}, CARDS["received"]),
        ("not_mailed", {"text": "Your parcel is here.", **NO_MAIL}, CARDS["received"]),
        ("handed_over", {"to": "U02BOB", "note": "you know her"}, CARDS["received"]),
        ("clock_soon", timekeeping.told(Turn.PENDING), CARDS["clock_soon"]),
        ("clock_over", timekeeping.told(Turn.ANSWER), CARDS["clock_over"]),
        ("let_go", {"owner": "U02BOB"}, CARDS["received"]),
        *((kind, values, CARDS["settled_credit"]) for kind, values in EVENTS if kind in credit_thread.LINES),
        ("credit_stuck", STUCK_CREDIT, CARDS["settled_credit"]),
        ("photos_gone", {"count": 2}, CARDS["received"]),
        ("photos_away", {}, CARDS["received"]),
        ("photos_forbidden", {}, CARDS["received"]),
        ("photos_refused", {"code": "file_uploads_disabled"}, CARDS["received"]),
        ("cancelled_by_customer", {}, CARDS["received"]),
        ("sent_by_customer", {"number": "6A1234567890"}, CARDS["received"]),
        ("link_renewed", {"by": "U01ALICE"}, CARDS["received"]),
        ("page_locked", {"by": "U01ALICE"}, CARDS["received"]),
        ("exchange_decided", one, CARDS["exchange_awaiting_payment"]),
        ("exchange_less", one, CARDS["exchange_cheaper"]),
        ("exchange_stuck", one, CARDS["exchange_stuck"]),
        ("exchange_lapsed", one, CARDS["exchange_lapsed"]),
        ("payment_unseen", one, CARDS["exchange_unseen"]),
        ("exchange_off", one, CARDS["received"]),
        ("units_still_out", {"order": "5590", "count": 2}, CARDS["received"]),
        ("exchanged", one, CARDS["exchange_due"]),
        ("difference_paid", one | {"number": 1}, CARDS["exchange_paid_awaiting_goods"]),
        ("stray_payment", one | {"number": 2}, CARDS["exchange_stray"]),
        ("payment_given_back", one | {"amount": 3000}, CARDS["exchange_ending"]),
    ):
        yield kind, _thread("settled" if kind == "on_its_way" else kind, values, case)


def _thread(kind: str, values: dict[str, Any], case: ReturnCase) -> Look:
    return lambda words: thread_message(kind, values, case, words)


def _card(case: ReturnCase) -> Look:
    return lambda words: return_card(case, words)


def _differences() -> Iterator[tuple[str, Look]]:
    for name, difference in DIFFERENCES.items():
        yield name, _difference(difference)
    yield "form", lambda words: settle_form(DIFFERENCES["row_gone"], words)


def _difference(difference: Difference) -> Look:
    return lambda words: difference_card(difference, words)


def _exchanges() -> Iterator[tuple[str, Look]]:
    for name, _ in exchanges.views(Words()):
        yield name, _exchange(name)


def _exchange(name: str) -> Look:
    return lambda words: dict(exchanges.views(words))[name]


GROUPS: Mapping[str, Mapping[str, Look]] = {
    "card": {name: _card(case) for name, case in CARDS.items()},
    "refund_box": dict(_boxes()),
    "confirmation": dict(_confirmations()),
    "form": dict(_forms()),
    "answer": {**dict(_answers()), **dict(_listing(listing.lists))},
    "home": dict(_listing(listing.homes)),
    "timeline": dict(_timelines()),
    "thread": dict(_threads()),
    "difference": dict(_differences()),
    "exchange": dict(_exchanges()),
    "talk": talks.LOOKS,
    "credits": store_credits.LOOKS,
    "digest": digests.LOOKS,
    "overtime": timekeeping.LOOKS,
    "report": reports.LOOKS,
}
LOOKS: Mapping[str, Look] = {
    f"{group}-{name}": look for group, looks in GROUPS.items() for name, look in looks.items()
}
