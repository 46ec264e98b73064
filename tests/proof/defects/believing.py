"""Defects of believing: answers, rows and clocks that are taken at their word, and units that count twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, bindparam
from sqlmodel import col, select

from bot.desk import Desk
from bot.gateways.answers import read_json
from bot.gateways.reading import read_refund
from bot.gateways.schema import as_row
from bot.gateways.stripe import StripeRefund
from bot.journal import Journal
from bot.operations import Task
from bot.rules.order import ShopRefund
from store.models import Operation
from store.money import Money
from store.terms import OperationState
from tests.proof.defects.defect import Defect
from tests.proof.defects.sending import ANSWERS, CLAIMS, JOURNAL

EVIDENCE = "tests/bot/desk/test_safety_evidence.py"
R1 = "R1: never two refunds for one click"
R5 = "R5: nothing is called done that was not paid"


def any_refund(_names: Any, refund: StripeRefund, _reference: str) -> bool:
    """Whatever the bank shows is ours."""
    return refund.counts


def nobody_waits(_reserved: Any, *_args: Any, **_kwargs: Any) -> Mapping[int, int]:
    """No other return asks for anything."""
    return {}


def trust_the_shop(_check: Any, *_args: Any) -> None:
    """The shop's books are the bank's."""


def by_the_clock(_is_quiet: Any, journal: Journal, operation: Operation) -> bool:
    """The time shown is the time that passed."""
    return operation.quiet_until is not None and journal.clock() >= operation.quiet_until


def just_send(_perform: Any, desk: Desk, task: Task) -> Mapping[str, Any]:
    """A note costs nothing, so it is sent again."""
    text, order_id = str(task.payload["text"]), int(task.payload["order_id"])
    return {"note_id": desk.shop.add_note(order_id, text, to_customer=True)}


def first_answer(_read_again: Any, _payouts: Any, refund: StripeRefund) -> StripeRefund:
    """What Stripe answers under a key is how things are."""
    return refund


def any_row(_booked: Any, _body: Any, _order_id: int, amount: Money, answer: Any) -> ShopRefund:
    """A row is a row."""
    return read_refund(as_row(read_json(answer), "the refund"), amount.currency)


def never_stale(refusal: Any, desk: Desk, member: Any) -> str:
    """A right that was had once is had for good."""
    member.checked_at = desk.now()
    return str(refusal(desk, member))


def any_lane(_claimable: Any, kinds: tuple[str, ...]) -> Any:
    """Whatever is due may run."""
    waiting = (OperationState.DUE, OperationState.IN_DOUBT)
    due: Any = col(Operation.due_at) <= bindparam("now")
    rows = select(Operation).where(col(Operation.state).in_(waiting), due, col(Operation.kind).in_(kinds))
    return rows.order_by(col(Operation.urgency), col(Operation.due_at), col(Operation.id)).limit(1)


def migrate_without_lanes(migrate: Any, engine: Engine, *args: Any, **kwargs: Any) -> None:
    """The same tables, without the index that keeps a lane to one operation at a time."""
    migrate(engine, *args, **kwargs)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_operations_lane_running")


def by_its_beginning(_mine: Any, refunds: Sequence[ShopRefund], reference: str) -> list[ShopRefund]:
    """A reason that begins like ours is ours."""
    return [row for row in refunds if row.reason.startswith(reference)]


BELIEVING = (
    Defect(
        "M35",
        R1,
        "Two operations of one order run at the same time.",
        "Two simultaneous refunds both pass WooCommerce's check of what is left (concurrent_refunds).",
        {"store.journal:_claimable": any_lane, "store.db:migrate": migrate_without_lanes},
        (f"{JOURNAL}::test_one_lane_carries_one_operation_at_a_time",),
    ),
    Defect(
        "M36",
        R5,
        "Any refund that the bank shows is taken for ours.",
        "A goodwill refund in Stripe's dashboard settles a return whose own refund was lost.",
        {"bot.resolutions.booking:_names": any_refund},
        (
            f"{EVIDENCE}::"
            "test_a_refund_that_somebody_makes_at_the_bank_is_not_taken_for_one_of_ours_that_was_lost",
        ),
    ),
    Defect(
        "M37",
        R5,
        "A row whose reason begins like ours is taken for ours.",
        "RMA-1-R10 is found where RMA-1-R1 was looked for.",
        {"bot.resolutions.booking:_mine": by_its_beginning},
        (f"{EVIDENCE}::test_a_reference_that_another_one_begins_with_is_not_taken_for_it",),
    ),
    Defect(
        "M38",
        "R2: never two resolutions for one returned item",
        "Units that another open return asks for count as free.",
        "A customer opens one return by mail and another in the portal.",
        {"store.returns:reserved_units": nobody_waits},
        ("tests/bot/desk/test_opening.py::test_many_at_once_for_the_same_last_unit_open_one_return",),
    ),
    Defect(
        "M39",
        R1,
        "Nobody compares what shop and bank say was paid back before more is asked for.",
        "Saleor's Stripe app pays twice when a refund comes in twice (saleor/apps issue 2446).",
        {"bot.resolutions.booking:check_bank": trust_the_shop},
        (f"{EVIDENCE}::test_a_bank_that_paid_more_back_than_the_shop_knows_of_stops_the_refund",),
    ),
    Defect(
        "M40",
        "R17: clock errors cannot move money",
        "The quiet period ends when the clock says so.",
        "A machine wakes from suspension, or its clock is set a day ahead.",
        {"bot.journal:Journal._is_quiet": by_the_clock},
        (f"{CLAIMS}::test_a_clock_that_jumps_ahead_does_not_end_the_quiet_period",),
    ),
    Defect(
        "M41",
        "R7: the customer is told once",
        "A note whose answer was lost is simply sent again.",
        "Shops mail the same sentence twice when their API stumbles.",
        {"bot.desk.notes:perform_note": just_send},
        ("tests/bot/desk/test_safety_notes.py::test_a_note_whose_answer_was_lost_is_not_sent_again",),
    ),
    Defect(
        "M42",
        R5,
        "What Stripe answers to a repeated request is believed.",
        "Stripe repeats its first answer under a key, whatever became of the refund (idempotent requests).",
        {"bot.resolutions.payout:Payouts._read_again": first_answer},
        (
            f"{EVIDENCE}::"
            "test_a_first_answer_of_stripes_that_is_repeated_is_not_believed_when_the_bank_gave_it_back",
        ),
    ),
    Defect(
        "M43",
        R5,
        "Whatever row the shop answers with is the one that was asked for.",
        "A shop behind a cache answers with somebody else's row.",
        {"bot.gateways.refunds:booked": any_row},
        (
            f"{ANSWERS}::test_money_paid_back_unasked_is_never_called_done",
            f"{ANSWERS}::test_money_not_paid_back_is_never_called_done",
        ),
    ),
    Defect(
        "M44",
        "R4: only who may decides",
        "A right that was looked up once is had for good.",
        "Somebody who left still approves, because Slack does not answer.",
        {"bot.desk.access:_refusal": never_stale},
        ("tests/bot/desk/test_rights.py::test_a_right_is_trusted_for_half_an_hour",),
    ),
)
