"""A small wardrobe to exchange in: a hoodie in three sizes, a coat and a cap."""

from dataclasses import dataclass, field

from bot.desk.access import Operator
from bot.desk.exchange import Pick, cancel_exchange, choose_exchange, price_exchange
from bot.desk.inspection import Arrival, receive
from bot.rules.case import ExchangeWish
from bot.sandbox import shop as shops
from bot.sandbox.shop.records import Product
from bot.sandbox.stripe import Stripe
from bot.sandbox.stripe.records import Json
from store.terms import Condition, Wish
from tests.bot.desk.bench import let_pass
from tests.world import ALICE, BOB, World


@dataclass
class Barter:
    """A shop that sells clothes, and one order of two hoodies M at 50.00."""

    world: World
    stripe: Stripe
    sizes: dict[str, Product] = field(default_factory=dict)
    coat: Product = field(init=False)
    cap: Product = field(init=False)

    def __post_init__(self) -> None:
        shop = self.world.shop
        hoodie = shop.add_product("Hoodie", "50.00", sku="HOOD")
        for size in ("S", "M", "L"):
            self.sizes[size] = shop.add_variation(hoodie, {"Size": size}, sku=f"HOOD-{size}", stock=5)
        self.coat = shop.add_product("Coat", "80.00", sku="COAT", stock=5)
        self.cap = shop.add_product("Cap", "35.00", sku="CAP", stock=5)

    def order(self, quantity: int = 1, **more: object) -> shops.Order:
        """An order of hoodies in M."""
        return self.world.order((self.sizes["M"], quantity), **more)

    def open(self, order: shops.Order, wish: Wish = Wish.EXCHANGE) -> int:
        """A return of all of it, in exchange for something."""
        return self.world.open(order, wish)

    def choose(self, return_id: int, wanted: Product, units: int | None = None, **more: bool) -> str:
        """Alice agrees to ``wanted`` in place of everything that comes back."""
        desk, case = self.world.desk, self.world.case(return_id)
        item = case.items[0]
        parent = wanted.parent_id or 0
        product, variation = (parent, wanted.id) if parent else (wanted.id, 0)
        pick = Pick(item.line_id, item.quantity, product, variation, units or item.quantity)
        offer = price_exchange(desk, return_id, (pick,), **more)
        return choose_exchange(desk, return_id, ALICE, case.version, offer)

    def agreed(self, wanted: Product, quantity: int = 1) -> tuple[shops.Order, int]:
        """A fresh order, and its return that Alice agreed to exchange for ``wanted``."""
        order = self.order(quantity)
        return_id = self.open(order)
        self.choose(return_id, wanted)
        return order, return_id

    def arranged(self, wanted: Product, quantity: int = 1) -> tuple[shops.Order, int]:
        """The same, reserved in the shop and with the customer asked to pay what is missing."""
        order, return_id = self.agreed(wanted, quantity)
        self.world.work()
        return order, return_id

    def pay(self) -> None:
        """The customer pays what was asked for last, and the desk looks."""
        self.stripe.pay(self.sessions()[-1]["id"])
        let_pass(self.world, minutes=5)

    def cancel(self, return_id: int, by: Operator = ALICE) -> None:
        """Call the exchange off."""
        cancel_exchange(self.world.desk, return_id, by, self.version(return_id))

    def version(self, return_id: int) -> int:
        """The newest version of the return."""
        return self.world.case(return_id).version

    def arrive(self, return_id: int, *counted: tuple[int, Condition]) -> None:
        """The parcel is opened; all as announced where nothing else is said."""
        item = self.world.case(return_id).items[0]
        arrivals = counted or ((item.quantity, Condition.GOOD),)
        named = tuple(Arrival(item.line_id, units, condition) for units, condition in arrivals)
        receive(self.world.desk, return_id, BOB, named)

    def exchange(self, return_id: int) -> ExchangeWish:
        """The exchange as every surface shows it."""
        found = self.world.case(return_id).exchange
        assert found is not None
        return found

    def replacements(self, order: shops.Order) -> list[shops.Order]:
        """Every order the shop has that was made for an exchange of ``order``."""
        return [one for one in self.world.shop.state.orders.values() if one.parent_id == order.id]

    def sessions(self) -> list[Json]:
        """Every Checkout session there ever was, oldest first."""
        return list(reversed(self.stripe.all("checkout.session")))

    def stock(self, product: Product) -> int:
        """How many the shop counts."""
        return int(self.world.shop.state.products[product.id].stock or 0)

    def received_money(self) -> int:
        """What Stripe took for exchanges and did not give back, in cents."""
        intents = {one["payment_intent"] for one in self.sessions() if one["payment_status"] == "paid"}
        paid = sum(self.stripe.get(intent)["amount_received"] for intent in intents)
        return int(paid - sum(self.stripe.refunded(intent) for intent in intents))
