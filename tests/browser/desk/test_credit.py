"""A store credit in a browser: spent with its code, whole or in part, and back where its order is undone."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from bot.desk.access import find_operator
from bot.desk.resolution import load_settling, resolve
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.shop.records import Coupon
from bot.sandbox.story.people import ALICE
from store.terms import Method
from tests.browser.desk.pieces import SLOWLY, an_order, card, the_order
from tests.wire.conftest import SECONDS, Office

pytestmark = pytest.mark.browser


def a_credit(office: Office) -> tuple[shops.Order, Coupon]:
    """A hoodie at 50.00 that came back for store credit, five percent on top; its order and the coupon."""
    order = an_order(office)
    office.receive(office.open(order))
    settling = load_settling(office.desk, 1)
    choice = replace(default_choice(settling.case), method=Method.STORE_CREDIT, deduct_label=False)
    resolve(office.desk, 1, find_operator(office.desk, ALICE), settling.case.version, choice)
    office.slack.wait_for(lambda: bool(office.shop.state.coupons), seconds=SECONDS)
    (coupon,) = office.shop.state.coupons.values()
    holds(office, coupon, "52.50")
    return order, coupon


def holds(office: Office, coupon: Coupon, amount: str) -> None:
    office.slack.wait_for(lambda: coupon.amount == Decimal(amount), seconds=SECONDS)
    assert coupon.amount == Decimal(amount)


def spend(page: Page, earlier: shops.Order, code: str, article: str) -> None:
    shown = the_order(page, earlier)
    shown.get_by_label("Article").select_option(label=article)
    shown.get_by_label("Code of a store credit").fill(code.upper())
    shown.get_by_role("button", name="Buy with the credit").click()


def bought(office: Office, page: Page, told: str) -> shops.Order:
    expect(page.locator("#world")).to_contain_text(told)
    return list(office.shop.state.orders.values())[-1]


def test_it_pays_an_order_in_part_and_comes_back_when_that_is_cancelled(page: Page, office: Office) -> None:
    earlier, coupon = a_credit(office)
    spend(page, earlier, coupon.code, "Coat, wool · €80.00 · 5 in stock")
    order = bought(office, page, "€27.50 paid with PayPal")
    assert office.shop.ledger.paid(order.id) == 2750
    holds(office, coupon, "0.00")
    the_order(page, order).get_by_role("button", name="Cancel order").click()
    holds(office, coupon, "52.50")


def test_it_pays_an_order_entirely_and_the_rest_stays(page: Page, office: Office) -> None:
    earlier, coupon = a_credit(office)
    office.shop.add_product("Mug, white", "20.00", sku="MUG")
    page.reload()
    spend(page, earlier, coupon.code, "Mug, white · €20.00")
    order = bought(office, page, "€0.00 paid with PayPal")
    assert (str(order.total), order.status) == ("0.00", "processing")
    holds(office, coupon, "32.50")


def test_it_comes_back_when_the_order_it_paid_for_is_refunded(page: Page, office: Office) -> None:
    earlier, coupon = a_credit(office)
    spend(page, earlier, coupon.code, "Coat, wool · €80.00 · 5 in stock")
    order = bought(office, page, "€27.50 paid with PayPal")
    holds(office, coupon, "0.00")
    number = office.open(order)
    office.receive(number)
    card(page, number).get_by_role("button", name="Refund box").click()
    page.get_by_role("dialog").get_by_label(re.compile("Deduct the return label")).uncheck()
    expect(page.get_by_role("dialog")).to_contain_text("gets 27.50 EUR")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=re.compile(r"^Refund \d")).click()
    expect(card(page, number)).to_contain_text("27.50 EUR refunded to PayPal", timeout=SLOWLY)
    assert office.shop.ledger.refunded(order.id) == 2750
    holds(office, coupon, "52.50")


def test_a_code_the_shop_does_not_take_is_said_below_it(page: Page, office: Office) -> None:
    earlier = an_order(office)
    spend(page, earlier, "CREDIT-NONE", "Coat, wool · €80.00 · 5 in stock")
    expect(page.locator("#world").get_by_role("alert")).to_contain_text("credit-none", ignore_case=True)
    expect(page.get_by_label("Code of a store credit")).to_have_value("CREDIT-NONE")
    assert list(office.shop.state.orders) == [earlier.id]
