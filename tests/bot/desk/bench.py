"""Returns that are ready to be settled, with and without a bank to ask, and days that go by quickly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from bot.config import StripeRefunds
from bot.desk.access import Operator
from bot.desk.inspection import Arrival, receive
from bot.desk.performers import shop_performers
from bot.desk.resolution import load_settling, resolve
from bot.gateways.stripe import Payments
from bot.journal import Journal
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.bank import StripeGateway
from bot.sandbox.faults import Faulty
from bot.sandbox.serving import Service
from bot.sandbox.stripe import TEST_KEY, Stripe, create_app
from store import journal
from store.db import reading
from store.models import Operation
from store.terms import Method, OperationState
from tests.world import ALICE, BOB, World

MONEY = (
    "stripe.refund",
    "shop.late_book",
    "shop.refund",
    "shop.book",
    "shop.coupon",
    "shop.gift_card",
    "shop.restock",
)


@contextmanager
def with_a_bank(world: World, refunds: StripeRefunds = StripeRefunds.SHOP) -> Iterator[Stripe]:
    """Let cards be charged through a Stripe the desk has a key for; who is asked to pay back is a setting."""
    stripe = Stripe(clock=world.clock)
    world.shop.gateways["stripe"] = StripeGateway(world.shop, stripe)
    with Service(Faulty(create_app(stripe), world.faults, "stripe")) as service:
        payments = Payments(TEST_KEY, base=service.url, tries=0)
        settings = world.desk.settings.model_copy(update={"stripe_refunds": refunds})
        world.desk = replace(world.desk, payments=payments, settings=settings)
        world.journal = a_worker(world)
        yield stripe
        payments.close()


@contextmanager
def impatient(world: World, stripe: Stripe, seconds: float) -> Iterator[None]:
    """Let the desk wait no longer than ``seconds`` for an answer of Stripe's."""
    with Service(create_app(stripe)) as service:
        payments = Payments(TEST_KEY, base=service.url, timeout=seconds, tries=0)
        world.desk = replace(world.desk, payments=payments)
        world.journal = a_worker(world)
        yield
        payments.close()


def a_worker(world: World) -> Journal:
    """Another worker on the same desk."""
    return Journal(world.desk.engine, world.clock, shop_performers(world.desk))


def an_order(world: World, quantity: int = 2, **more: object) -> shops.Order:
    """An order of mugs at 33.00, of which a few are left."""
    known = world.shop.state.products.values()
    mug = next((one for one in known if one.sku == "MUG-W"), None)
    mug = mug or world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=1000)
    return world.order((mug, quantity), **more)


def arrived(world: World, order: shops.Order, **more: object) -> int:
    """A return of the whole order, all of it back and in good condition."""
    return_id = world.open(order, **more)
    items = world.case(return_id).items
    receive(world.desk, return_id, BOB, tuple(Arrival(item.line_id, item.quantity) for item in items))
    return return_id


def one_of_four(world: World, **more: object) -> tuple[shops.Order, int]:
    """An order of four and the return of one, received: nothing but the desk stops a second payment."""
    order = an_order(world, 4, **more)
    line = world.desk.shop.read_order(order.id).products[0].line_id
    return order, arrived(world, order, units={line: 1})


def at_the_bank(stripe: Stripe, order: shops.Order) -> int:
    """What Stripe paid back of the order's payment, in minor units."""
    return stripe.refunded(stripe.get(order.transaction_id)["payment_intent"])


def decide(
    world: World, return_id: int, method: Method = Method.GATEWAY_REFUND, by: Operator = ALICE, **more: object
) -> str:
    """Settle by ``method``, without a deduction and with everything back on the shelf."""
    settling = load_settling(world.desk, return_id)
    wanted = {"method": method, "deduct_label": False, "restock": True, "reference": "SEPA 1", **more}
    choice = replace(default_choice(settling.case), **wanted)
    return resolve(world.desk, return_id, by, settling.case.version, choice)


def let_pass(world: World, **span: float) -> None:
    """Work, and skip from one thing that is due to the next until the span is over."""
    end = world.clock() + timedelta(**span)
    world.journal.run_all()
    while (following := next_moment(world)) is not None and following < end:
        world.clock.ahead += max(following - world.clock(), timedelta()) + timedelta(seconds=1)
        world.journal.run_all()
    world.clock.ahead += max(end - world.clock(), timedelta())


def next_moment(world: World) -> datetime | None:
    """When anything happens again: an operation falls due, or the lease of a dead worker ends."""
    leases = select(func.min(col(Operation.lease_until))).where(Operation.state == OperationState.RUNNING)
    with reading(world.desk.engine) as session:
        due = journal.next_due(session, tuple(world.journal.performers))
        lease = session.exec(leases).first()
    return min((moment for moment in (due, lease) if moment is not None), default=None)


def operations(world: World, kind: str) -> list[Operation]:
    """Every operation of a kind, oldest first."""
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Operation).where(Operation.kind == kind).order_by(col(Operation.id))))


def told(world: World, return_id: int) -> list[str]:
    """What the team was told in the thread, as kinds, oldest first."""
    lines = operations(world, "slack.thread")
    return [str(line.payload["kind"]) for line in lines if line.return_id == return_id]
