"""Defects of deciding: who may, on what they saw, and how often one return can be settled."""

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from bot.desk import Desk
from bot.desk.access import Operator
from bot.errors import Blocked
from bot.resolutions.store_credit import code_of
from store.db import reading
from store.models import Resolution
from store.money import Money
from tests.proof.defects.defect import Defect
from tests.proof.defects.sending import ONCE, SETTLING, STRIPE

SLOT = "tests/bot/desk/test_exchange_slot.py"
DOOR = "tests/handlers/slack/test_door.py"


def let_everybody(_refuse: Any, *_args: Any, **_kwargs: Any) -> None:
    """Nobody is asked who was first."""


def migrate_without_slots(migrate: Any, engine: Engine, *args: Any, **kwargs: Any) -> None:
    """The same tables, without the two indexes that keep a return to one resolution."""
    migrate(engine, *args, **kwargs)
    with engine.begin() as connection:
        for index in ("uq_resolutions_under_way", "uq_resolutions_slot"):
            connection.exec_driver_sql(f"DROP INDEX {index}")


def make_the_credit_again(text_of: Any, desk: Desk, payload: Mapping[str, Any]) -> str:
    """A credit that is not found is a credit that has to be made."""
    try:
        return str(text_of(desk, payload))
    except Blocked:
        reference = str(payload["credit"])
        with reading(desk.engine) as session:
            row = session.exec(select(Resolution).where(Resolution.reference == reference)).one()
        code = code_of(reference, desk.settings.secret_key.get_secret_value())
        amount = Money(row.credit_minor, row.currency)
        about: dict[str, Any] = {
            "text": reference,
            "individual_use": False,
            "operation": f"{reference}/again",
        }
        desk.shop.create_coupon(code, amount=amount, email="marie@example.com", expires_on=None, **about)
        return str(text_of(desk, payload))


def somebody_else(allow: Any, desk: Desk, return_id: int, by: Operator, resolution_id: int) -> None:
    """Whoever asks is taken for a second person."""
    allow(desk, return_id, replace(by, user_id=f"{by.user_id}2"), resolution_id)


def as_if_new(receive: Any, place: Engine | Session, source: str, key: str, **more: Any) -> Any:
    """No delivery was here before."""
    return receive(place, source, f"{token_hex(4)}{key}", **more)


def whoever_signed(_check: Any, *_args: Any) -> bool:
    """Every signature is good."""
    return True


DECIDING = (
    Defect(
        "M4",
        "R2: never two resolutions for one return",
        "Neither the use case nor the schema knows that a return is settled once.",
        "Hyperswitch reads, checks and then inserts a refund without a lock (juspay/hyperswitch pull 13379).",
        {
            "bot.desk.resolution:refuse_second": let_everybody,
            "store.db:migrate": migrate_without_slots,
        },
        (
            f"{ONCE}::test_a_return_is_settled_once_although_other_units_of_it_are_left",
            f"{SLOT}::test_the_database_itself_refuses_a_second_resolution_beside_an_exchange",
        ),
    ),
    Defect(
        "M8",
        "R3: never money back on an exchange",
        "An exchange that arrives through the intake does not take its return's slot.",
        "Shops refund in one tab what they exchange in another: each door has a check of its own, but one.",
        {"bot.desk.intake:hold_for_exchange": let_everybody},
        (
            f"{SLOT}::test_an_exchange_stands_from_the_first_second",
            f"{SLOT}::test_the_database_itself_refuses_a_second_resolution_beside_an_exchange",
            "tests/handlers/test_intake.py::test_an_exchange_takes_the_slot_of_its_return_at_once",
        ),
    ),
    Defect(
        "M17",
        "R9: one credit per decision",
        "A credit that is not found is made again.",
        "Staff throws a voucher away, and the next retry of a queue makes it again.",
        {"bot.desk.notes:text_of": make_the_credit_again},
        (f"{ONCE}::test_a_credit_that_staff_threw_away_is_not_made_a_second_time",),
    ),
    Defect(
        "M18",
        "R2: nobody decides on what is no longer so",
        "A click is carried out whatever changed since the card was drawn.",
        "An agent approves from a tab that was opened before lunch.",
        {"bot.desk.changes:Change.expect": let_everybody},
        (
            "tests/bot/desk/test_decisions.py::"
            "test_who_decides_on_what_has_changed_is_told_so_and_changes_nothing",
            f"{ONCE}::test_a_decision_on_what_has_changed_meanwhile_pays_nothing",
        ),
    ),
    Defect(
        "M19",
        "R4: one more try takes two people",
        "Who decided on a refund may also allow one more try of it.",
        "Refund fraud by staff is one person who may do both.",
        {"bot.desk.resolution:allow_one_more": somebody_else},
        (
            f"{SETTLING}::test_a_request_lost_before_the_shop_saw_it_ends_with_a_person_when_no_bank_can_be_asked",
            f"{STRIPE}::test_after_the_bank_gave_it_back_a_second_person_may_allow_one_more_try",
        ),
    ),
    Defect(
        "M24",
        "R2: nobody decides on what is no longer so",
        "The order is not looked at again before money is asked for.",
        "One agent refunds in the chat and another in the shop, a minute apart.",
        {"bot.resolutions.booking:check": let_everybody},
        (
            f"{SETTLING}::test_a_refund_made_in_the_shop_meanwhile_stops_ours",
            f"{ONCE}::test_a_refund_by_hand_a_moment_earlier_is_not_followed_by_ours",
        ),
    ),
    Defect(
        "M25",
        "R4: what was read is what is sent",
        "Another amount than the one that was confirmed is sent.",
        "A total is computed anew between the question and the answer.",
        {"bot.desk.resolution:_refuse_other_amount": let_everybody},
        (f"{SETTLING}::test_another_amount_than_the_one_that_was_confirmed_is_not_sent",),
    ),
    Defect(
        "M26",
        "R4: only who may decides",
        "Use cases trust the buttons to know who may press them.",
        "A forged or forwarded payload reaches what its card never offered.",
        {"bot.desk.changes:require": let_everybody},
        (f"{SETTLING}::test_a_guest_can_decide_nothing",),
    ),
    Defect(
        "M27",
        "R1: never two refunds for one click",
        "A delivery that comes again is a new one.",
        "Slack delivers at least once (slackapi/bolt-js issue 822).",
        {"store.inbox:receive": as_if_new, "store.inbox:receive_in": as_if_new},
        (
            f"{DOOR}::test_a_delivery_that_comes_three_times_is_carried_out_once",
            "tests/handlers/test_shop_webhooks.py::"
            "test_an_old_delivery_played_again_does_nothing_although_it_is_signed",
        ),
    ),
    Defect(
        "M28",
        "R12: no webhook is trusted",
        "Anybody may sign for the shop.",
        "Webhook receivers that skip the check are found by scanning for their paths.",
        {"handlers.webhooks.woocommerce:check_webhook": whoever_signed},
        ("tests/handlers/test_shop_webhooks.py::test_what_the_shop_did_not_sign_changes_nothing",),
    ),
)
