"""What the desk's tests in a browser share: where things are, what is on the shelf, an exchange to pay."""

from playwright.sync_api import Locator, Page, expect

from bot.desk.access import find_operator
from bot.desk.cases import load_case
from bot.desk.exchange import Pick, choose_exchange, price_exchange
from bot.sandbox import shop as shops
from bot.sandbox.shop.records import Json
from bot.sandbox.story.people import ALICE
from tests.wire.conftest import Office

SLOWLY = 20_000  # milliseconds for what goes through shop, bank and worker


def card(page: Page, number: str) -> Locator:
    return page.locator("#scroll .message").filter(has_text=number).first


def an_order(office: Office, quantity: int = 1) -> shops.Order:
    """Hoodies at 50.00; there are coats at 80.00."""
    hoodie = office.shop.add_product("Hoodie, blue", "50.00", sku="HOOD", stock=5)
    office.shop.add_product("Coat, wool", "80.00", sku="COAT", stock=5)
    return office.order((hoodie, quantity))


def the_order(page: Page, order: shops.Order) -> Locator:
    """The order on the page, opened as a person opens it."""
    back = page.locator("#world").get_by_role("button", name="Back")
    if back.count():
        back.click()
    page.get_by_role("tab", name="Orders").click()
    page.get_by_role("button", name=f"#{order.id}").first.click()
    return page.locator("#world .order")


def replacements(office: Office, order: shops.Order) -> list[shops.Order]:
    return [one for one in office.shop.state.orders.values() if one.parent_id == order.id]


def stock(office: Office) -> dict[str, int | None]:
    return {product.sku: product.stock for product in office.shop.state.products.values()}


def product(office: Office, sku: str) -> shops.Product:
    return next(one for one in office.shop.state.products.values() if one.sku == sku)


def ask_for_the_coat(page: Page, order: shops.Order) -> None:
    """As the customer, on the order's form."""
    shown = the_order(page, order)
    shown.get_by_label("Wanted instead").select_option(label="Coat, wool · €80.00 · 5 in stock")
    shown.get_by_role("button", name="Ask for an exchange").click()
    expect(card(page, "RMA-1")).to_contain_text("do NOT refund money", timeout=SLOWLY)


def agree_to_the_coat(office: Office, order: shops.Order) -> Json:
    """The team agrees; the payment page the customer is asked to pay on."""
    line = office.desk.shop.read_order(order.id).products[0].line_id
    offer = price_exchange(office.desk, 1, (Pick(line, 1, product(office, "COAT").id, 0, 1),))
    alice, seen = find_operator(office.desk, ALICE), load_case(office.desk, 1).version
    choose_exchange(office.desk, 1, alice, seen, offer)
    office.card_says("RMA-1", "Link sent")
    (session,) = office.sandbox.stripe.all("checkout.session")
    return session
