"""What is decided in a schedule: one return, ready to be settled, and the click that settles it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.desk.access import Operator
from bot.desk.inspection import Arrival, receive
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.desk.resolution import load_settling, resolve
from bot.errors import DeskError
from bot.rules.choice import RefundChoice
from bot.rules.proposal import default_choice
from bot.sandbox.shop import Order, Product
from store.terms import Method, Reason, Source, Wish
from tests.proof.simulation.lab import Lab
from tests.world import ALICE, BOB

PRICE, CHEAP = "33.00", "1.00"  # with the label kept, nothing of the cheap one is left to pay back


@dataclass(frozen=True)
class Deed:
    """A way to settle. ``way``: who is asked to pay card payments back, "" where there is no bank to ask.

    ``bank`` is how Stripe's refunds begin. ``parts``: how many returns the order's units are split into.
    """

    name: str
    method: Method
    way: str = ""
    price: str = PRICE
    bank: str = "succeeded"
    units: int = 2
    parts: int = 1

    @property
    def gateway(self) -> str:
        """How the order was paid."""
        return "stripe" if self.way else "testpay"


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("refund", Method.GATEWAY_REFUND),
        Deed("refund with a bank to ask", Method.GATEWAY_REFUND, way="shop"),
        Deed("refund through Stripe", Method.GATEWAY_REFUND, way="direct"),
        Deed("credit", Method.STORE_CREDIT),
        Deed("manual", Method.MANUAL_REFUND),
        Deed("restock", Method.GATEWAY_REFUND, price=CHEAP),
        Deed("refund through Stripe that waits", Method.GATEWAY_REFUND, way="direct", bank="pending"),
        Deed("two refunds of one order", Method.GATEWAY_REFUND, parts=2),
        Deed("two refunds of one order through Stripe", Method.GATEWAY_REFUND, way="direct", parts=2),
    )
}


@dataclass(eq=False)
class Case:
    """One return on its way, and what people were told when they clicked."""

    lab: Lab
    deed: Deed
    order: Order
    product: Product
    return_id: int
    number: str
    units: int
    seen: int
    choice: RefundChoice
    stock: int
    told: list[str | DeskError] = field(default_factory=list)

    def click(self, by: Operator = ALICE, method: Method | None = None) -> None:
        """Decide on what this person saw when the return was ready; DeskErrors are what they read."""
        choice = self.choice if method is None else replace(self.choice, method=method)
        try:
            self.told.append(resolve(self.lab.desk, self.return_id, by, self.seen, choice))
        except DeskError as no:
            self.told.append(no)


def prepare(lab: Lab, deed: Deed, number: int) -> list[Case]:
    """An order, all of it back in good condition, and the box open in front of a person."""
    product = lab.shop.add_product(f"Mug {number}", deed.price, sku=f"MUG-{number}", stock=1000)
    billing = {
        "first_name": "Marie",
        "last_name": "Dupont",
        "email": f"m{number}@example.com",
        "country": "FR",
    }
    order = lab.shop.place_order([(product, deed.units)], payment_method=deed.gateway, billing=billing)
    if deed.bank != "succeeded":
        lab.stripe.script_refunds(deed.bank)
    line = read_order(lab.desk, str(order.id)).products[0].line_id
    units = deed.units // deed.parts
    opened = [_open(lab, order, line, units, f"{number}-{part}") for part in range(deed.parts)]
    return [_ready(lab, deed, order, product, line=line, units=units, opened=one) for one in opened]


def _open(lab: Lab, order: Order, line: int, units: int, key: str) -> Any:
    items = (WantedItem(line, units, Reason.TOO_SMALL),)
    request = NewReturn(order.id, Source.INTAKE, key, Wish.REFUND, items, late_reason="time flies in tests")
    return open_return(lab.desk, request, ALICE)


def _ready(
    lab: Lab, deed: Deed, order: Order, product: Product, *, line: int, units: int, opened: Any
) -> Case:
    receive(lab.desk, opened.return_id, BOB, (Arrival(line, units),))
    settling = load_settling(lab.desk, opened.return_id)
    choice = replace(
        default_choice(settling.case),
        method=deed.method,
        deduct_label=deed.price == CHEAP,
        restock=True,
        reference="SEPA 1",
    )
    seen, stock = settling.case.version, int(product.stock or 0)
    return Case(lab, deed, order, product, opened.return_id, opened.number, units, seen, choice, stock)


def of_number(cases: Sequence[Case], return_id: int) -> Case:
    """The case of a return."""
    return next(case for case in cases if case.return_id == return_id)
