"""The books of a small world: a worker that compares them, and what it wrote down."""

from datetime import timedelta

from sqlmodel import col, select

from bot.desk.performers import shop_performers
from bot.desk.reconciliation import books_performers, plan_round
from bot.desk.reconciliation_days import plan_days
from bot.journal import Journal
from bot.sandbox import shop as shops
from bot.sandbox.stripe import Stripe
from store.db import reading
from store.models import Difference
from store.terms import DifferenceKind
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, operations
from tests.world import World


def bookkeeper(world: World) -> Journal:
    """A worker that settles returns and compares the books."""
    desk = world.desk
    return Journal(desk.engine, world.clock, {**shop_performers(desk), **books_performers(desk)})


def compare_books(world: World, **later: float) -> None:
    """Let time pass, then the hour's round."""
    let_pass(world, **(later or {"hours": 1}))
    plan_round(world.desk)
    let_pass(world, minutes=1)


def total_days(world: World) -> None:
    """Let the night come, with its hourly rounds, and the days be totalled."""
    now = world.clock().astimezone(world.desk.words.timezone)
    morning = (now + timedelta(days=1)).replace(hour=4, minute=0, second=0, microsecond=0)
    let_pass(world, seconds=(morning - now).total_seconds())
    plan_round(world.desk)
    let_pass(world, minutes=10)
    plan_days(world.desk)
    let_pass(world, minutes=20)


def at_noon(world: World) -> None:
    """Go to the next noon, so that what a test does in an hour does not fall on two days."""
    now = world.clock().astimezone(world.desk.words.timezone)
    noon = (now + timedelta(days=1)).replace(hour=12, minute=0)
    world.clock.pass_(seconds=(noon - now).total_seconds())


def differences(world: World, *, settled: bool = False) -> list[Difference]:
    """The rows that are open, or that are settled, oldest first."""
    ended = col(Difference.settled_at)
    wanted = select(Difference).where(ended.is_not(None) if settled else ended.is_(None))
    with reading(world.desk.engine) as session:
        return list(session.exec(wanted.order_by(col(Difference.id))))


def kinds(world: World) -> list[DifferenceKind]:
    """What is open, by its kind."""
    return [row.kind for row in differences(world)]


def cards(world: World) -> int:
    """How many messages of differences were asked for."""
    return len(operations(world, "slack.difference"))


def card_order(world: World, quantity: int = 2) -> shops.Order:
    """An order that was paid by card."""
    return an_order(world, quantity, payment_method="stripe")


def refunded(world: World, order: shops.Order, **how: object) -> int:
    """A return of the whole order that was settled; its id."""
    return_id = arrived(world, order, late_reason="time flies in tests")
    decide(world, return_id, **how)
    world.work()
    let_pass(world, minutes=20)
    return return_id


def intent(stripe: Stripe, order: shops.Order) -> str:
    """The payment of an order."""
    return str(stripe.get(order.transaction_id)["payment_intent"])
