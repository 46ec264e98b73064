"""Defects of looking: what counts as seen, as missing, as ours, and what a dead worker leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from bot.errors import DeskError, GatewayError
from bot.journal import Journal
from bot.operations import Look, Outcome, Performer, Verdict
from bot.resolutions.booking import Booking
from bot.resolutions.restocking import reference_of
from bot.rules.order import ShopRefund
from store.db import writing
from store.models import Operation
from store.terms import OperationState
from tests.proof.defects.defect import Defect
from tests.proof.defects.sending import CLAIMS, JOURNAL, MONEY, ONCE, SETTLING, STRIPE

R1 = "R1: never two refunds for one click"


def always_fresh(_guard: Any, _journal: Journal, _operation: Operation) -> Any:
    """Nobody asks in the last moment."""
    return lambda: None


def no_strangers(_alike: Any, *_args: Any) -> bool:
    """What stood there before is not remembered, so nothing is new."""
    return False


def blind_is_absent(unpaid: Any, *args: Any) -> Verdict:
    """A bank that cannot be asked has certainly paid nothing."""
    verdict: Verdict = unpaid(*args)
    return Verdict(Look.ABSENT) if verdict.traceless else verdict


def error_is_absent(_seen: Any, journal: Journal, operation: Operation, performer: Performer) -> Verdict:
    """A look that fails has seen nothing."""
    from bot.operations import task_of

    assert performer.probe is not None
    try:
        return performer.probe(task_of(operation))
    except (GatewayError, DeskError):
        return Verdict(Look.ABSENT)


def one_look_is_enough(absent: Any, journal: Journal, operation: Operation, performer: Performer) -> None:
    """Whatever was missing once was missing long before."""
    operation.absent_since = journal.clock() - timedelta(hours=1)
    absent(journal, operation, performer)


def send_for_ever(absent: Any, journal: Journal, operation: Operation, performer: Performer) -> None:
    """Each repeat is the first."""
    operation.attempt = operation.key_version = 1
    absent(journal, operation, performer)


def believe_the_no(
    _refused: Any, journal: Journal, operation: Operation, performer: Performer, error: GatewayError
) -> None:
    """A no is a no."""
    outcome = Outcome(OperationState.REFUSED, message="The answer was: {text}", values={"text": error.detail})
    journal._finish(operation, performer, outcome)


def begin_again(free: Any, journal: Journal, left: Operation, *, settle: bool) -> None:
    """What a dead worker left is simply due."""
    free(journal, left, settle=settle)
    with writing(journal.engine) as session:
        row = session.get_one(Operation, left.id)
        row.state, row.sent_at = OperationState.DUE, None
        session.add(row)


def whoever_held_it(_change: Any, session: Session, operation_id: int, _owner: str, **values: Any) -> bool:
    """Whoever comes to an end writes it down, also after another one took over."""
    session.exec(update(Operation).where(col(Operation.id) == operation_id).values(**values))
    return True


def look_away(_look: Any, *_args: Any) -> None:
    """Nobody looks."""


def only_our_rows(_found: Any, refunds: Sequence[ShopRefund], booking: Booking) -> list[ShopRefund]:
    """Rows of the shop's own plugin are nobody's."""
    return [row for row in refunds if reference_of(row.reason) == booking.reference]


def booked_is_paid(probe: Any, *args: Any) -> Verdict:
    """A row in the books is money at the customer's."""
    books, task, booking, refunds, mine = args
    paid = [replace(row, paid_back=True) for row in mine]
    verdict: Verdict = probe(books, task, booking, refunds, paid)
    return verdict


def without(name: str, *, where: Any) -> Any:
    """A request that leaves one of its flags to the shop's default."""

    def ask(request: Any, api: Any, method: str, endpoint: str, data: Any, *args: Any, **more: Any) -> Any:
        sent: Mapping[str, Any] | None = data
        if sent is not None and endpoint.endswith("/refunds") and sent.get(name) is where:
            sent = {key: value for key, value in sent.items() if key != name}
        return request(api, method, endpoint, sent, *args, **more)

    return ask


REQUEST = "bot.gateways.client:ShopApi._API__request"

LOOKING = (
    Defect(
        "M13",
        R1,
        "Nobody asks in the last moment before the send whether the claim still holds.",
        "Leases alone let a worker send that was frozen between its check and its write.",
        {"bot.journal:Journal._guard": always_fresh},
        (f"{CLAIMS}::test_a_lease_that_ran_out_stops_the_send_even_before_anybody_took_over",),
    ),
    Defect(
        "M14",
        R1,
        "Rows that came since the last send are not told from those that stood there before.",
        "A webhook quicker than the plugin books the same money (woocommerce-gateway-stripe issue 838).",
        {"bot.resolutions.booking:_strangers_alike": no_strangers},
        (f"{MONEY}::test_money_that_may_be_ours_stops_one_more_try_and_stays_in_doubt",),
    ),
    Defect(
        "M15",
        "R8: units go back on the shelf once, and only good ones",
        "Whether the shop restocks is left to its default.",
        "WooCommerce restocks unless told not to (refund_empty_body).",
        {REQUEST: without("api_restock", where=False)},
        (f"{SETTLING}::test_damaged_units_are_paid_and_not_put_back",),
    ),
    Defect(
        "M16",
        "R6: a booking moves no money",
        "Whether the gateway is asked for money is left to the shop's default.",
        "WooCommerce asks the gateway unless told not to (refund_partial_lines_defaults).",
        {REQUEST: without("api_refund", where=False)},
        (
            f"{SETTLING}::test_a_manual_refund_moves_no_money_and_wants_a_reference",
            f"{SETTLING}::test_store_credit_books_without_money_and_makes_one_coupon",
        ),
    ),
    Defect(
        "M20",
        R1,
        "A bank that cannot be asked is taken for one that paid nothing.",
        "A shop without a row has paid nothing, or its gateway answered late: PayPal without credentials.",
        {"bot.resolutions.booking:_unpaid": blind_is_absent},
        (
            f"{ONCE}::test_an_error_500_of_a_shop_whose_bank_pays_later_is_not_answered_by_a_second_request",
            f"{SETTLING}::test_a_request_lost_before_the_shop_saw_it_ends_with_a_person_when_no_bank_can_be_asked",
        ),
    ),
    Defect(
        "M21",
        R1,
        "A look that fails counts as one that saw nothing.",
        "A status query that times out reads like a payment that was never made.",
        {"bot.journal:Journal._seen": error_is_absent},
        (f"{JOURNAL}::test_a_peer_that_is_unreachable_while_looking_leaves_the_outcome_open",),
    ),
    Defect(
        "M22",
        R1,
        "One look that sees nothing is proof enough.",
        "Lists of payments lag behind: Stripe's own search does by up to an hour.",
        {"bot.journal:Journal._absent": one_look_is_enough},
        (f"{JOURNAL}::test_two_looks_a_minute_apart_after_the_quiet_period_allow_one_more_send",),
    ),
    Defect(
        "M23",
        R1,
        "What is not found is sent again and again.",
        "A queue that retries until it hears an answer pays until it hears one.",
        {"bot.journal:Journal._absent": send_for_ever},
        (f"{JOURNAL}::test_a_second_unknown_goes_to_a_person",),
    ),
    Defect(
        "M29",
        "R5: nothing is called failed that was done",
        "A refusal is believed without a look.",
        "A proxy's 403 may stand before a shop that has booked.",
        {"bot.journal:Journal._refused": believe_the_no},
        (f"{JOURNAL}::test_a_refusal_is_checked_once_before_it_is_believed",),
    ),
    Defect(
        "M30",
        "R11: a pending refund that later fails is noticed",
        "Nobody watches a refund the bank has not decided on.",
        "Customers were told of refunds that had failed (woocommerce-gateway-stripe issue 4405).",
        {"bot.desk.steps:watch_bank": look_away},
        (
            f"{STRIPE}::test_a_refund_the_bank_gives_back_after_days_opens_the_return_again_and_tells_everybody",
        ),
    ),
    Defect(
        "M31",
        R1,
        "What a dead worker had begun is simply done again.",
        "Job queues redeliver what was not acknowledged, whatever it had done.",
        {"bot.journal:Journal._free": begin_again},
        (
            f"{JOURNAL}::test_a_worker_that_died_after_sending_leaves_a_question_and_not_a_second_send",
            f"{ONCE}::test_a_worker_that_dies_after_asking_a_slow_bank_is_not_followed_by_one_that_asks_again",
        ),
    ),
    Defect(
        "M32",
        R1,
        "A worker that lost its claim still writes its outcome.",
        "A frozen process wakes up and overwrites what its successor found out.",
        {"store.journal:change": whoever_held_it},
        (f"{JOURNAL}::test_a_frozen_worker_that_wakes_up_does_not_send",),
    ),
    Defect(
        "M33",
        "R5: the books say once what was paid once",
        "A row that the shop's own plugin made is not taken as the booking.",
        "Two rows stand for one refund (woocommerce-gateway-stripe issue 2724).",
        {"bot.resolutions.late_booking:_found": only_our_rows},
        (
            f"{STRIPE}::test_a_row_of_the_shops_own_plugin_is_taken_as_the_booking_and_the_units_still_go_back",
        ),
    ),
    Defect(
        "M34",
        "R5: nothing is called done that was not paid",
        "A row in the shop's books counts as paid, whatever it says of the money.",
        "A gateway that dies after the row leaves it without payment (WooCommerce 10.5, dies_before_money).",
        {"bot.resolutions.booking:Books._probe_payment": booked_is_paid},
        (f"{ONCE}::test_a_row_that_nobody_paid_is_not_called_done",),
    ),
)
