"""What banks and the shop's plugin do by themselves: pay late, decide on what was pending, book refunds."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.sandbox.bank import StripeGateway, major
from bot.sandbox.plugin import REASON
from bot.sandbox.shop import GatewayDeclined, Order
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.stripe.ledger import EntryKind
from tests.proof.simulation.lab import Lab
from tests.proof.simulation.scheduler import Scheduler

LATEST_PAYMENT = 120.0  # seconds a bank that timed out may still take to pay
HEARS_AFTER = (2.0, 200.0, 400.0, None)  # seconds until Stripe's webhook reaches the plugin, if it ever does
DECIDES_AFTER = (600.0, 20_000.0)  # seconds until a bank accepts or returns what was pending


@dataclass(eq=False)
class Bank:
    """Watches the ledgers and plans what follows from them."""

    lab: Lab
    scheduler: Scheduler
    random: Random
    heard: int = 0
    late: int = 0

    def act(self) -> None:
        """Plan what follows from what moved since the last time."""
        for entry in self.lab.stripe.ledger[self.heard :]:
            if entry.kind is EntryKind.REFUND:
                self._follow(entry.object_id, entry.payment_intent)
        self.heard = len(self.lab.stripe.ledger)
        waiting = len(self.lab.shop.state.late)
        if waiting > self.late:
            self._at(self.random.uniform(1, LATEST_PAYMENT), "the bank pays late", self.settle)
        self.late = waiting

    def settle(self) -> None:
        """Let every payment that was to come late come now, unless somebody paid it meanwhile."""
        while self.lab.shop.state.late:
            try:
                self.lab.shop.settle_late()
            except GatewayDeclined:
                self.scheduler.note("world", "the bank refuses the late payment")
        self.late = 0

    def _follow(self, refund: str, intent: str) -> None:
        after = self.random.choice(HEARS_AFTER)
        if after is not None:
            self._at(after, "the plugin hears of a refund", lambda: self._book(intent))
        if self.lab.stripe.get(refund)["status"] == "pending":
            status = self.random.choice(("succeeded", "failed"))
            self._at(
                self.random.uniform(*DECIDES_AFTER),
                f"a refund has {status}",
                lambda: self._decide(refund, status),
            )

    def _decide(self, refund: str, status: str) -> None:
        self.lab.stripe.change_refund(refund, status)

    def _book(self, intent: str) -> None:
        paid_by_card = (one for one in self.lab.shop.state.orders.values() if one.payment_method == "stripe")
        order = next(one for one in paid_by_card if self._intent(one) == intent)
        gateway = self.lab.shop.gateways["stripe"]
        assert isinstance(gateway, StripeGateway)
        for refund in gateway.not_booked(order.transaction_id):
            amount = major(refund["amount"], refund["currency"])
            try:
                self.lab.shop.refund_by_hand(order.id, str(amount), reason=REASON)
            except ShopError:
                self.scheduler.note("world", "the shop refuses the plugin's row")

    def _intent(self, order: Order) -> str:
        return str(self.lab.stripe.get(order.transaction_id)["payment_intent"])

    def _at(self, seconds: float, what: str, happen: Callable[[], None]) -> None:
        self.scheduler.at(self.scheduler.time.seconds + seconds, what, happen)
