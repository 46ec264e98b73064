"""Workers that die between two statements, and what must hold afterwards, whatever happened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, event

from bot.desk.resolution import load_settling
from bot.sandbox import shop as shops
from bot.sandbox.stripe import Stripe
from store.terms import Method, OperationState, ResolutionStatus, ReturnStatus
from tests.bot.desk.bench import MONEY, a_worker, an_order, arrived, decide, let_pass, operations, told
from tests.world import World

OVER = (OperationState.DONE, OperationState.REFUSED, OperationState.GIVEN_UP)


class Died(BaseException):
    """The process is gone. No ``except Exception`` of the desk may notice."""


@contextmanager
def dying(engine: Engine, step: int) -> Iterator[None]:
    """Die at the ``step``-th moment that counts: before a commit, or before a transaction begins.

    Dying before a transaction begins is dying after the last commit, and after whatever was sent since.
    """
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Died

    def before_begin(_connection: Connection) -> None:
        count()

    def before_commit(connection: Connection) -> None:
        try:
            count()
        except Died:
            connection.connection.rollback()  # what the database does with the transaction of a dead process
            raise

    event.listen(engine, "begin", before_begin)
    event.listen(engine, "commit", before_commit)
    try:
        yield
    finally:
        event.remove(engine, "begin", before_begin)
        event.remove(engine, "commit", before_commit)


def work_and_die(world: World, step: int) -> bool:
    """Work until death at ``step`` or until nothing is due; another worker takes the place of a dead one."""
    try:
        with dying(world.desk.engine, step):
            world.journal.run_all()
    except Died:
        world.journal = a_worker(world)
        return True
    return False


@dataclass
class Deed:
    """One decision and the ledger's view of what it did; ``units`` may go back on the shelf."""

    world: World
    name: str
    method: Method
    stripe: Stripe | None = None
    order: shops.Order = field(init=False)
    return_id: int = field(init=False)
    amount: int = field(init=False)
    before: int = field(init=False)
    mails: int = field(init=False)
    coupons: int = field(init=False)
    units: int = 2

    def decide(self) -> None:
        """A fresh order, all of it back, and the decision."""
        world = self.world
        self.order = self._order()
        self.return_id = arrived(world, self.order, late_reason="time flies in tests")
        self.before, self.coupons = self._stock(), len(world.shop.state.coupons)
        self.mails = len(world.shop.outbox)
        more = {"deduct_label": True} if self.name == "restock" else {}
        decide(world, self.return_id, self.method, **more)
        self.amount = world.case(self.return_id).resolutions[0].amount.minor
        assert bool(self.amount) is (self.name != "restock")
        assert load_settling(world.desk, self.return_id)

    def check(self, about: str) -> None:
        """What must hold after a day without faults."""
        world, case = self.world, self.world.case(self.return_id)
        row, about = case.resolutions[0], f"{self.name}, {about}"
        assert self._paid() in (0, self.amount if self.method is Method.GATEWAY_REFUND else 0), about
        made = len(world.shop.state.coupons) - self.coupons
        assert made in (0, 1 if self.method is Method.STORE_CREDIT else 0), about
        assert self._stock() - self.before in (0, self.units), about
        assert all(op.state in OVER for kind in MONEY for op in operations(world, kind)), about
        self._check_outcome(row.status, made, about)
        if row.status is ResolutionStatus.IN_DOUBT:
            assert row.needs_person, about
            assert "needs_person" in told(world, self.return_id), about

    def _check_outcome(self, status: ResolutionStatus, made: int, about: str) -> None:
        assert status is not ResolutionStatus.PLANNED, about
        if status is ResolutionStatus.DONE:
            self._check_done(made, about)
        elif status is ResolutionStatus.REFUSED:
            assert (self._paid(), made) == (0, 0), about
            assert "refused" in told(self.world, self.return_id), about

    def _check_done(self, made: int, about: str) -> None:
        assert self.world.case(self.return_id).status is ReturnStatus.RESOLVED, about
        assert made == (self.method is Method.STORE_CREDIT), about
        if self.method is Method.GATEWAY_REFUND and self.amount:
            assert self._paid() == self.amount, about
        notes = [mail for mail in self.world.shop.outbox[self.mails :] if mail.kind == "customer_note"]
        # A shop that says no to the note itself leaves it to the team to tell the customer.
        assert len(notes) == 1 - ("not_told" in told(self.world, self.return_id)), about
        if self._stock() == self.before:
            assert "not_restocked" in told(self.world, self.return_id), about

    def _order(self) -> shops.Order:
        paid = {"payment_method": "stripe"} if self.stripe else {}
        if self.name != "restock":
            return an_order(self.world, self.units, **paid)
        known = self.world.shop.state.products.values()
        card = next((one for one in known if one.sku == "CARD"), None)
        card = card or self.world.shop.add_product("Postcard", "1.00", sku="CARD", stock=1000)
        return self.world.order((card, self.units))

    def _stock(self) -> int:
        return int(self.world.shop.state.products[self.order.lines[0].product_id].stock or 0)

    def _paid(self) -> int:
        if self.stripe is None:
            return self.world.paid_back(self.order)
        return self.stripe.refunded(self.stripe.get(self.order.transaction_id)["payment_intent"])


def a_day(deed: Deed, about: str) -> None:
    """Let late payments come and a day go by without faults, then look at what became of it."""
    world = deed.world
    let_pass(world, seconds=90)
    world.faults.clear()
    world.shop.state.mishaps.clear()
    world.shop.settle_late()
    let_pass(world, hours=24)
    deed.check(about)


def until_it_lives(deed: Deed, spoil: Callable[[], None] = lambda: None, about: str = "") -> int:
    """Decide again and again, dying at step 1, 2, … until a run completes; how many deaths that were."""
    step = 0
    while True:
        step += 1
        deed.decide()
        spoil()
        died = work_and_die(deed.world, step)
        a_day(deed, f"{about} dead at step {step}")
        if not died:
            return step - 1
