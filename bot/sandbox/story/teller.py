"""Tells a story into the shop: collects orders and requests, and places them in the order of their dates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox.shop import Customer, Order, Product
from bot.sandbox.shop.life import set_status
from bot.sandbox.story.shelf import Shelf
from bot.sandbox.story.story import Act, Item, Replacement, Request, Step

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Wanted = tuple[int, int, str] | tuple[int, int, str, str]  # which line, units, reason, note
After = Callable[[Order], None]


@dataclass(frozen=True)
class Purchase:
    """An order to be placed ``days`` ago and delivered ``delivered`` days ago, or not yet."""

    key: str
    who: Customer | dict[str, str]
    lines: tuple[Any, ...]
    days: float
    delivered: float | None
    options: dict[str, Any]
    after: After | None = None


@dataclass
class Teller:
    """Where the chapters of a story write: ``buys`` and ``asks`` first, then ``tell`` once."""

    sandbox: "Sandbox"
    shelf: Shelf
    purchases: list[Purchase] = field(default_factory=list)
    later: list[Callable[[], Step]] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)

    def say(self, english: str, french: str) -> str:
        """Words in the language of the story."""
        return french if self.sandbox.language == "fr" else english

    def customer(self, first: str, last: str, **billing: str) -> Customer:
        """Somebody with an account, a place to live and an address derived from the name."""
        email = billing.pop("email", f"{first}.{last}@example.com".lower().replace(" ", ""))
        home = {"address_1": "12 rue des Lilas", "postcode": "44000", "city": "Nantes", "country": "FR"}
        with self.sandbox.clock.ago(days=400):
            return self.sandbox.shop.add_customer(first, last, email, billing={**home, **billing})

    def buys(
        self,
        key: str,
        who: Customer | dict[str, str],
        *lines: tuple[Product, int] | tuple[Product, int, str],
        days: float,
        delivered: float | None = None,
        after: After | None = None,
        **options: Any,
    ) -> None:
        """Somebody bought; a dict is a guest's billing. ``options`` are those of ``Shop.place_order``."""
        self.purchases.append(Purchase(key, who, lines, days, delivered, options, after))

    def asks(
        self,
        key: str,
        wish: str,
        *wanted: Wanted,
        instead: Replacement | None = None,
        days: float = 0,
        language: str = "",
        tracking: str = "",
    ) -> None:
        """Somebody asks for a return of order ``key``; lines count from 0."""

        def request() -> Request:
            order = self.orders[key]
            lines = order.of_kind("line_item")
            items = tuple(Item(lines[one[0]].id, one[1], one[2], "".join(one[3:])) for one in wanted)
            email, speaks = order.billing["email"], language or self.sandbox.language
            return Request(key, order.id, email, wish, items, instead, speaks, days, tracking)

        self.later.append(request)

    def then(self, who: str, what: str, key: str = "", text: str = "") -> None:
        """Somebody does something."""
        self.later.append(lambda: Act(who, what, key, text))

    def tell(self) -> list[Step]:
        """Place every order, oldest first; the steps that follow."""
        for purchase in sorted(self.purchases, key=lambda one: -one.days):
            self.orders[purchase.key] = self._place(purchase)
        for purchase in self.purchases:
            if purchase.after:
                purchase.after(self.orders[purchase.key])
        return [step() for step in self.later]

    def _place(self, purchase: Purchase) -> Order:
        shop, who = self.sandbox.shop, purchase.who
        hours = sum(map(ord, purchase.key)) % 11 / 24 if purchase.days > 2 else 0  # not all at one hour
        buyer: dict[str, Any] = {"billing": who} if isinstance(who, dict) else {"customer": who}
        with self.sandbox.clock.ago(days=purchase.days + hours):
            order = shop.place_order(purchase.lines, **buyer, **purchase.options)
        if purchase.delivered is not None:
            self._deliver(order, purchase)
        return order

    def _deliver(self, order: Order, purchase: Purchase) -> None:
        assert purchase.delivered is not None
        state, clock = self.sandbox.shop.state, self.sandbox.clock
        shipped = min(purchase.delivered + 2, (purchase.days + purchase.delivered) / 2)
        with clock.ago(days=shipped), state.lock:
            set_status(state, order, "completed")
        with clock.ago(days=purchase.delivered) as moment:
            order.meta.append(state.meta("_delivered_at", str(int(moment.timestamp()))))
            state.touch(order)

    def refunded_by_hand(self, days: float, amount: str, **how: Any) -> After:
        """An ``after``: somebody refunded in wp-admin ``days`` ago; ``units`` of the first line, if named."""

        def refund(order: Order) -> None:
            units = how.get("units", 0)
            first = order.of_kind("line_item")[0]
            lines = [{"id": first.id, "quantity": units, "refund_total": how["net"]}] if units else []
            with self.sandbox.clock.ago(days=days):
                reason = how.get("reason", self.say("Goodwill", "Geste commercial"))
                self.sandbox.shop.refund_by_hand(
                    order.id, amount, reason=reason, lines=lines, via_gateway=True
                )

        return refund


def spread(count: int, first: float, last: float) -> Sequence[float]:
    """``count`` numbers of days from ``first`` to ``last``, evenly."""
    step = timedelta(days=first - last) / max(count - 1, 1)
    return [first - number * step.total_seconds() / 86400 for number in range(count)]
