"""Cases for every look of the card: each alert, each status, each sign of misuse, short and long."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.rules.case import (
    Bank,
    CaseItem,
    CustomerHistory,
    InformationRequest,
    Progress,
    ReturnCase,
    Stage,
    Step,
    StockMove,
)
from bot.rules.choice import RefundPolicy
from bot.rules.order import Stock
from bot.rules.page import Page
from bot.rules.turn import Turn
from store.money import Money
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.blocks.exchanges import EXCHANGES
from tests.blocks.timekeeping import a_clock
from tests.make import ALICE, BOB, NOON, money

RECEIVED, RESOLVED, PENDING = ReturnStatus.RECEIVED, ReturnStatus.RESOLVED, ReturnStatus.PENDING
SHOP = "https://shop.example/wp-admin/admin.php?page=wc-orders&action=edit&id=5567"
MINE: dict[str, Any] = {"owner": ALICE, "owner_since": NOON - timedelta(hours=1)}


def a_case(*items: CaseItem, **given: Any) -> ReturnCase:
    """A case as the shop would tell it: the order has its address in the shop's own pages."""
    order = given.pop("order", None) or make.an_order()
    known = CustomerHistory(orders=9, returns=2, last_reasons=(Reason.TOO_SMALL, Reason.CHANGED_MIND))
    fields: dict[str, Any] = {"order": replace(order, store_url=SHOP), "history": known}
    return make.a_case(*items, **(fields | given))


def received(*items: CaseItem, **given: Any) -> ReturnCase:
    """Arrived two hours ago and taken by Alice."""
    fields: dict[str, Any] = {"status": RECEIVED, "received_at": NOON - timedelta(hours=2), **MINE}
    return a_case(*items, **(fields | given))


def settled(**resolution: Any) -> ReturnCase:
    """Settled today by Alice."""
    done = make.a_resolution(**resolution)
    return received(status=RESOLVED, closed_at=NOON, closed_by=ALICE, resolutions=(done,))


def closed(status: ReturnStatus, reason: str = "") -> ReturnCase:
    """Over without money, an hour ago."""
    over: dict[str, Any] = {"closed_at": NOON - timedelta(hours=1), "closed_reason": reason}
    return a_case(status=status, closed_by=BOB if reason else None, **over)


def under_way(step: Step, stage: Stage, **given: Any) -> ReturnCase:
    """A decision that is carried out; ``given`` is about its progress."""
    status = ResolutionStatus.PLANNED if stage in BEFORE_DOUBT else ResolutionStatus.IN_DOUBT
    method = METHODS.get(step, Method.GATEWAY_REFUND)
    needs = {"needs_person": stage is Stage.PERSON, "why": WHYS[step] if stage is Stage.PERSON else ""}
    progress = Progress(step, stage, **given)
    asked = NOON - timedelta(seconds=40)
    one = make.a_resolution(status, method=method, asked_at=asked, progress=progress, **needs)
    return received(resolutions=(one,))


BEFORE_DOUBT = (Stage.SENDING, Stage.QUEUED, Stage.PUT_OFF)
METHODS = {Step.BOOKING: Method.MANUAL_REFUND, Step.CREDIT: Method.STORE_CREDIT}
WHYS = {
    Step.SHOP_REFUND: "The shop shows no refund, and the bank cannot be asked from here.",
    Step.STRIPE_REFUND: "The bank shows this refund more than once.",
    Step.BOOKING: "It was sent twice and the shop shows no trace of it.",
    Step.CREDIT: "The shop has another coupon with this credit's code.",
}
LOOKS_AGAIN: dict[str, Any] = {
    "sends": 1,
    "next_at": NOON + timedelta(minutes=2),
    "open_until": NOON + timedelta(minutes=14),
}
LATE_LOOK = LOOKS_AGAIN | {"next_at": NOON + timedelta(minutes=15)}


def at_the_bank(status: str, reason: str = "", **given: Any) -> ReturnCase:
    """Refunded through Stripe; what the bank says of it."""
    bank = Bank("re_3Qx7aB2eZvKYlo2C", status, reason)
    return settled(bank=bank, **given)


def came_back(step: Step) -> ReturnCase:
    """Refunded, and given back by the bank days later."""
    bank = Bank("re_3Qx7aB2eZvKYlo2C", "failed", "expired_or_canceled_card")
    progress = Progress(step, Stage.PERSON, sends=1)
    one = make.a_resolution(ResolutionStatus.IN_DOUBT, needs_person=True, bank=bank, progress=progress)
    return received(resolutions=(one,))


def refused(method: Method, why: str, **values: str) -> ReturnCase:
    """The last attempt was refused."""
    one = make.a_resolution(ResolutionStatus.REFUSED, method=method, why=why, why_values=values)
    return received(resolutions=(one,))


def many_lines(count: int, **given: Any) -> ReturnCase:
    """An order of ``count`` lines, all of which come back."""
    lines = [
        make.a_line(line, "66.00", 2, name=f"Mug with a handle no. {line}") for line in range(1, count + 1)
    ]
    items = [make.an_item(line.line_id, 2, name=line.name) for line in lines]
    return a_case(*items, order=make.an_order(*lines), **given)


def thirty() -> ReturnCase:
    """Thirty lines have come in."""
    case = many_lines(30, status=RECEIVED, **MINE)
    return replace(case, items=tuple(replace(item, received={Condition.GOOD: 2}) for item in case.items))


def an_exchange(**paid: Any) -> ReturnCase:
    """Two T-shirts back, a hoodie out."""
    sent = {"link_sent_at": NOON - timedelta(hours=20), "link_expires_at": NOON + timedelta(hours=4)}
    return received(wish=Wish.EXCHANGE, exchange=make.an_exchange(**(sent | paid)))


def a_question() -> InformationRequest:
    return InformationRequest(
        "Which of the two is damaged? A photo would help.", NOON - timedelta(hours=3), BOB
    )


def flagged() -> ReturnCase:
    """All signs of misuse at once."""
    history = CustomerHistory(
        orders=6,
        returns=4,
        recent_returns=3,
        last_reasons=(Reason.SHORT_SHIPPED,),
        average_order=money("20.00"),
        kept_before=2,
        credit_given=money("250.00"),
    )
    order = replace(make.an_order(), delivered_at=datetime(2026, 11, 23, 7, 40, tzinfo=NOON.tzinfo))
    item = make.an_item(reason=Reason.SHORT_SHIPPED)
    policy: RefundPolicy = make.a_policy(credit_limit="100.00")
    return a_case(item, order=order, history=history, policy=policy)


def mixed(**given: Any) -> ReturnCase:
    """One good and one damaged mug came in, with photos and a note."""
    item = make.an_item(
        received={Condition.GOOD: 1, Condition.DAMAGED: 1},
        reason=Reason.DAMAGED,
        note="The handle of one is broken.",
        photos=2,
    )
    return received(item, tracking_number="6A12345678901", **given)


MOVES = (StockMove("MUG-1", 3, 5),)
CREDIT: dict[str, Any] = {
    "method": Method.STORE_CREDIT,
    "credit": money("69.30"),
    "amount": money("66.00"),
    "kept": Money.zero("EUR"),
    "credit_code_tail": "7KQ2",
}
MANUAL: dict[str, Any] = {"method": Method.MANUAL_REFUND, "transfer_reference": "SEPA-2026-1123-77"}
NOTHING: dict[str, Any] = {"amount": Money.zero("EUR"), "kept": Money.zero("EUR")}
REASON = "Worn, and older than a year."

CARDS: dict[str, ReturnCase] = {
    "new": a_case(),
    "new_taken": a_case(**MINE),
    "new_extended": a_case(extension=make.an_extension(), window_end=date(2026, 12, 12)),
    "new_first_deadline": a_case(extension=make.an_extension(old_end=None), window_end=date(2026, 12, 12)),
    "new_late": a_case(late_reason="was in hospital", window_end=date(2026, 11, 20), **MINE),
    "new_passed": a_case(window_end=date(2026, 11, 20)),
    "new_credit": a_case(wish=Wish.STORE_CREDIT),
    "new_flags": flagged(),
    "new_many_lines": many_lines(30),
    "new_question": a_case(question=a_question(), page=Page.OPEN, **MINE),
    "approved": a_case(status=ReturnStatus.APPROVED, **MINE),
    "in_transit": a_case(status=ReturnStatus.IN_TRANSIT, tracking_number="6A12345678901", **MINE),
    "received": received(),
    "received_photos": received(photos=3),
    "received_unanswered": received(unanswered_since=NOON - timedelta(hours=3)),
    "cancelled_unanswered": replace(
        closed(ReturnStatus.CANCELLED, "a mistake"), unanswered_since=NOON - timedelta(days=2)
    ),
    "received_unclaimed": received(owner=None, owner_since=None),
    "received_mixed": mixed(),
    "received_extra": received(make.an_item(received={Condition.GOOD: 4})),
    "received_missing": received(make.an_item(received={Condition.GOOD: 1, Condition.MISSING: 1})),
    "received_due_soon": received(refund_due_by=date(2026, 11, 25)),
    "clock_soon": a_case(clock=a_clock(Turn.PENDING, 1.5), **MINE),
    "clock_over": received(clock=a_clock(Turn.RECEIVED, -3)),
    "clock_answer": received(unanswered_since=NOON - timedelta(hours=9), clock=a_clock(Turn.ANSWER, -1)),
    "received_overdue": received(refund_due_by=date(2026, 11, 20)),
    "received_disputed": received(order=make.an_order(disputed=True)),
    "received_elsewhere": received(
        order=make.an_order(refunds=(make.a_refund("33.00"),)), outside_refunds=(make.a_refund("33.00"),)
    ),
    "received_needs_human": received(order=make.an_order(needs_human=("subscription", "gift_card"))),
    "received_no_gateway": received(
        order=make.an_order(gateway_can_refund=False, payment_method="bacs", payment_title="Bank transfer")
    ),
    "received_unpaid": received(order=make.an_order(paid_at=None, status="on-hold")),
    "exchange_unpaid": an_exchange(),
    "exchange_paid": an_exchange(paid=money("30.00"), paid_at=NOON - timedelta(hours=3), payment="pi_3Qx7"),
    "exchange_even": an_exchange(difference="0.00", link_sent_at=None),
    **EXCHANGES,
    "sending": under_way(Step.SHOP_REFUND, Stage.SENDING),
    "sending_to_stripe": under_way(Step.STRIPE_REFUND, Stage.SENDING),
    "sending_booking": under_way(Step.BOOKING, Stage.SENDING),
    "sending_credit": under_way(Step.CREDIT, Stage.SENDING),
    "sending_again": under_way(Step.SHOP_REFUND, Stage.SENDING, sends=1),
    "sending_later": under_way(Step.SHOP_REFUND, Stage.QUEUED, next_at=NOON + timedelta(minutes=1)),
    "put_off": under_way(Step.SHOP_REFUND, Stage.PUT_OFF, next_at=NOON + timedelta(seconds=64)),
    "put_off_on_request": under_way(
        Step.SHOP_REFUND, Stage.PUT_OFF, next_at=NOON + timedelta(minutes=10), asked_to_wait=True
    ),
    "put_off_by_stripe": under_way(
        Step.STRIPE_REFUND, Stage.PUT_OFF, next_at=NOON + timedelta(minutes=1), asked_to_wait=True
    ),
    "answer_unknown": under_way(Step.SHOP_REFUND, Stage.LOOKING, once_more=True, **LOOKS_AGAIN),
    "unknown_without_a_bank": under_way(Step.SHOP_REFUND, Stage.LOOKING, **LOOKS_AGAIN),
    "unknown_for_long": under_way(Step.SHOP_REFUND, Stage.LOOKING, **LATE_LOOK),
    "unknown_twice": under_way(Step.SHOP_REFUND, Stage.LOOKING, **LATE_LOOK | {"sends": 2}),
    "unknown_at_stripe": under_way(Step.STRIPE_REFUND, Stage.LOOKING, once_more=True, **LOOKS_AGAIN),
    "unknown_booking": under_way(Step.BOOKING, Stage.LOOKING, once_more=True, **LOOKS_AGAIN),
    "unknown_credit": under_way(Step.CREDIT, Stage.LOOKING, once_more=True, **LATE_LOOK),
    "repeating": under_way(Step.SHOP_REFUND, Stage.REPEATING, sends=1),
    "repeating_at_stripe": under_way(Step.STRIPE_REFUND, Stage.REPEATING, sends=1),
    "unknown_and_overdue": replace(
        under_way(Step.SHOP_REFUND, Stage.LOOKING, **LOOKS_AGAIN), refund_due_by=date(2026, 11, 20)
    ),
    "needs_person": under_way(Step.SHOP_REFUND, Stage.PERSON, sends=1),
    "needs_person_at_stripe": under_way(Step.STRIPE_REFUND, Stage.PERSON, sends=1),
    "needs_person_booking": under_way(Step.BOOKING, Stage.PERSON, sends=2),
    "needs_person_credit": under_way(Step.CREDIT, Stage.PERSON, sends=1),
    "bank_pending": at_the_bank("pending", "processing", restocked=MOVES),
    "bank_needs_an_answer": at_the_bank("requires_action", booked=False),
    "bank_returned": came_back(Step.SHOP_REFUND),
    "bank_returned_from_stripe": came_back(Step.STRIPE_REFUND),
    "not_booked": at_the_bank("succeeded", booked=False, books_stuck=True),
    "refused": refused(
        Method.GATEWAY_REFUND, "The answer was: {text}", text="The card has expired (card_expired)."
    ),
    "credit_refused": refused(Method.STORE_CREDIT, ""),
    "settled": settled(restocked=MOVES),
    "settled_refunded_since": replace(settled(), outside_refunds=(make.a_refund("10.00"),)),
    "settled_at_stripe": at_the_bank("succeeded", booked=False),
    "settled_after_a_look": settled(proof="PAYPAL-7GX 31", restocked=MOVES),
    "settled_another_way": at_the_bank("failed", "declined", proof="SEPA-2026-1123-78"),
    "settled_credit": settled(**CREDIT),
    "settled_manual": settled(**MANUAL, restocked=(StockMove("MUG-1", None, None),)),
    "settled_nothing": settled(**NOTHING),
    "rejected": closed(ReturnStatus.REJECTED, REASON),
    "cancelled": closed(ReturnStatus.CANCELLED, "The customer keeps it."),
    "expired": closed(ReturnStatus.EXPIRED),
    "closed_elsewhere": a_case(order=make.an_order(status="cancelled")),
}


def uncounted(case: ReturnCase) -> ReturnCase:
    """The same case in a shop that counts no stock."""
    stock = {line: Stock(one.product_id, 0, False, None, NOON) for line, one in case.stock.items()}
    return replace(case, stock=stock)
