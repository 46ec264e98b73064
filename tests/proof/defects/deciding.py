"""Defects of deciding: who may, on what they saw, and how often one return can be settled."""

from typing import Any

from sqlalchemy import Engine

from tests.proof.defects.defect import Defect
from tests.proof.defects.sending import ONCE

SLOT = "tests/bot/desk/test_exchange_slot.py"


def let_everybody(_refuse: Any, *_args: Any, **_kwargs: Any) -> None:
    """Nobody is asked who was first."""


def migrate_without_slots(migrate: Any, engine: Engine, *args: Any, **kwargs: Any) -> None:
    """The same tables, without the two indexes that keep a return to one resolution."""
    migrate(engine, *args, **kwargs)
    with engine.begin() as connection:
        for index in ("uq_resolutions_under_way", "uq_resolutions_slot"):
            connection.exec_driver_sql(f"DROP INDEX {index}")


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
)
