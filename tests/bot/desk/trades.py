"""One dearer exchange after the other, whatever goes wrong, and the shop's and the bank's word for each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.rules.case import ExchangeState
from bot.sandbox import shop as shops
from store.terms import OperationState, ReturnStatus, Wish
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import let_pass, operations, told
from tests.bot.desk.deaths import work_and_die

KINDS = (
    "shop.replace",
    "shop.release",
    "shop.cancel_order",
    "stripe.checkout",
    "stripe.expire",
    "stripe.give_back",
)
UNSETTLED = (OperationState.RUNNING, OperationState.IN_DOUBT)
DIFFERENCE = 3000


@dataclass
class Trade:
    """A hoodie for a coat: 30.00 are to be paid before it goes out. The customer pays what is asked for."""

    barter: Barter
    order: shops.Order = field(init=False)
    return_id: int = field(init=False)
    money: int = field(init=False)
    stock: int = field(init=False)

    def decide(self) -> None:
        """A fresh order, its parcel back, and Alice's decision."""
        self.barter.world.shop.state.products[self.barter.coat.id].stock = 50
        self.order = self.barter.order()
        self.return_id = self.barter.world.open(self.order, Wish.EXCHANGE, late_reason="time flies")
        self.money, self.stock = self.barter.received_money(), self.barter.stock(self.barter.coat)
        self.barter.choose(self.return_id, self.barter.coat)
        self.barter.arrive(self.return_id)

    def live(self, *, days: int = 1) -> None:
        """The customer pays within minutes whatever is open; then a day goes by without faults."""
        world = self.barter.world
        for _ in range(3):
            let_pass(world, minutes=3)
            self.pay()
        world.faults.clear()
        world.shop.state.mishaps.clear()
        for _ in range(8):
            let_pass(world, hours=3 * days)
            self.pay()
        let_pass(world, minutes=30)

    def pay(self) -> None:
        """Pay what the mails ask for: links that were never sent are never paid."""
        mails = " ".join(
            mail.text for mail in self.barter.world.shop.outbox if mail.order_id == self.order.id
        )
        for session in self.barter.sessions():
            if session["status"] == "open" and session["url"] in mails:
                self.barter.stripe.pay(session["id"])

    def check(self, about: str) -> None:
        """What must hold once the faults are over."""
        made = self.barter.replacements(self.order)
        standing = [one for one in made if one.status != "cancelled"]
        assert len(made) <= 1, f"{about}: {len(made)} orders were made"
        paid = self.barter.received_money() - self.money
        assert paid in (0, DIFFERENCE), f"{about}: {paid} was kept"
        assert self.barter.stock(self.barter.coat) == self.stock - len(standing), about
        assert self.barter.world.paid_back(self.order) == 0, f"{about}: money back on an exchange"
        if any(one.status == "processing" for one in standing):
            assert paid == DIFFERENCE, f"{about}: sent and not paid"
        mine = [one for kind in KINDS for one in operations(self.barter.world, kind)]
        open_ = [one.key for one in mine if one.return_id == self.return_id and one.state in UNSETTLED]
        assert not open_, f"{about}: {open_} never came to an end"
        self._check_shown(about, sent=bool(standing) and standing[0].status == "processing")

    def _check_shown(self, about: str, *, sent: bool) -> None:
        shown = self.barter.exchange(self.return_id)
        assert (shown.state is ExchangeState.DONE) is sent, f"{about}: {shown.state}, sent: {sent}"
        if sent:
            assert self.barter.world.case(self.return_id).status is ReturnStatus.RESOLVED, about
        else:
            assert shown.state in (ExchangeState.STUCK, ExchangeState.LAPSED), f"{about}: {shown.state}"
            known = told(self.barter.world, self.return_id)
            assert {"exchange_stuck", "exchange_lapsed"} & set(known), f"{about}: nobody was told"


def until_it_lives(trade: Trade, spoil: Callable[[], None] = lambda: None, about: str = "") -> int:
    """Decide again and again, dying at step 1, 2, … until a run completes; how many deaths that were."""
    step = 0
    while True:
        step += 1
        trade.decide()
        spoil()
        died = work_and_die(trade.barter.world, step)
        trade.barter.world.clock.pass_(**_lease())
        trade.live()
        trade.check(f"{about} dead at step {step}")
        if not died:
            return step - 1


def _lease() -> dict[str, float]:
    """A dead worker's claim ends by itself."""
    return {"seconds": timedelta(seconds=46).total_seconds()}
