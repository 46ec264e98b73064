"""An order to be exchanged through the modals, and what else its shop sells."""

from dataclasses import dataclass, replace
from typing import Any

from bot.resolutions import CHECKOUT_WATCH
from bot.rules.case import ExchangeState
from bot.sandbox import shop as shops
from bot.sandbox.slack import View
from bot.sandbox.story.people import ALICE
from store.terms import Wish
from tests.counter import Counter, Rma


@dataclass
class Barter:
    """An order of one hoodie M at 50.00, to be exchanged, and what else the shop sells."""

    counter: Counter
    sizes: dict[str, Any]
    coat: Any
    cap: Any
    rma: Rma

    @property
    def line(self) -> int:
        return self.rma.case.items[0].line_id

    @property
    def menu(self) -> str:
        return f"replacement:{self.line}"

    @property
    def name(self) -> str:
        """The coat's own name."""
        return str(self.coat.name)

    @property
    def state(self) -> ExchangeState:
        exchange = self.rma.case.exchange
        assert exchange is not None
        return exchange.state

    def article(self, product: Any) -> str:
        return f"{product.parent_id or product.id}:{product.id if product.parent_id else 0}"

    def open_form(self, user: str = ALICE) -> View:
        assert self.counter.slack.click(user, self.rma.card, "exchange").acked
        return self.counter.modal(user)

    def choose(self, product: Any, typed: str, user: str = ALICE) -> Any:
        """Type, pick, and press Continue; the worker brings the prices."""
        form = self.counter.modal(user)
        self.counter.slack.open_menu(user, form, self.menu, typed)
        answer = self.counter.slack.submit(user, form, {self.menu: self.article(product)})
        self.counter.work()
        return answer

    def shown(self, user: str = ALICE) -> str:
        return str(self.counter.modal(user).blocks)

    def agree(self, product: Any, typed: str) -> None:
        self.open_form()
        self.choose(product, typed)
        self.counter.slack.submit(ALICE)
        self.counter.work()


def a_barter(counter: Counter, wish: Wish, quantity: int = 1, **more: Any) -> Barter:
    """Articles of their own, so that a search finds those of this test alone."""
    shop, own = counter.shop, f"{next(counter.count):04}"
    hoodie = shop.add_product(f"Hoodie {own}", "50.00", sku=f"HOOD-{own}")
    sizes = {
        size: shop.add_variation(hoodie, {"Size": size}, sku=f"HOOD-{own}-{size}", stock=5)
        for size in ("S", "M", "L")
    }
    coat = shop.add_product(f"Coat {own}", "80.00", sku=f"COAT-{own}", stock=5)
    cap = shop.add_product(f"Cap {own}", "35.00", sku=f"CAP-{own}", stock=5)
    billing = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@example.com", "country": "FR"}
    order = shop.place_order([(sizes["M"], quantity)], payment_method="paypal", billing=billing)
    rma = counter.open(order, wish=wish, **more)
    return Barter(counter, sizes, coat, cap, rma)


def unwatch(office: Counter) -> None:
    """Let nobody look at requests for payment: the worker's clock runs ahead here, so it would never end."""
    kinds = office.journal.performers.items()
    office.journal = replace(
        office.journal, performers={kind: one for kind, one in kinds if kind != CHECKOUT_WATCH}
    )


def replacements(barter: Barter) -> list[shops.Order]:
    orders = barter.counter.shop.state.orders.values()
    return [one for one in orders if one.parent_id == barter.rma.order.id]
