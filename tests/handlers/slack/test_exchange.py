"""The way through the exchange's modals: search, price, agree, try again, call off; badly, twice and late."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.resolutions import CHECKOUT_WATCH
from bot.rules.case import ExchangeState
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.slack import View
from bot.sandbox.story.people import ALICE, BOB
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


@pytest.fixture(autouse=True, scope="module")
def unwatched(office: Counter) -> None:
    """The worker's clock runs ahead here, and a request for payment would be looked at each minute."""
    kinds = office.journal.performers.items()
    office.journal = replace(
        office.journal, performers={kind: one for kind, one in kinds if kind != CHECKOUT_WATCH}
    )


@pytest.fixture
def barter(counter: Counter) -> Barter:
    return a_barter(counter, Wish.EXCHANGE)


def a_barter(counter: Counter, wish: Wish, quantity: int = 1) -> Barter:
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
    rma = counter.open(order, wish=wish)
    return Barter(counter, sizes, coat, cap, rma)


def replacements(barter: Barter) -> list[shops.Order]:
    orders = barter.counter.shop.state.orders.values()
    return [one for one in orders if one.parent_id == barter.rma.order.id]


def test_without_a_word_typed_the_menu_shows_the_other_sizes_first(barter: Barter) -> None:
    form = barter.open_form()
    found = barter.counter.slack.open_menu(ALICE, form, barter.menu).options
    assert {one["value"] for one in found[:2]} == {barter.article(barter.sizes[size]) for size in ("S", "L")}
    assert "5 in stock" in found[0]["text"]["text"]


def test_words_typed_search_the_shop_and_each_letter_is_answered(barter: Barter) -> None:
    form = barter.open_form()
    for typed in (barter.name[:-1], barter.name.lower(), barter.coat.sku, barter.name):
        found = barter.counter.slack.open_menu(ALICE, form, barter.menu, typed).options
        assert barter.article(barter.coat) in [one["value"] for one in found]
    (coat,) = found
    assert coat["text"]["text"] == f"{barter.name} · 80.00 EUR · 5 in stock"


def test_an_exchange_is_priced_shown_and_agreed(barter: Barter) -> None:
    barter.open_form()
    barter.choose(barter.coat, barter.name)
    assert "pays 30.00" in barter.shown()
    assert "5 → 4" in barter.shown()
    assert replacements(barter) == []
    barter.counter.slack.submit(ALICE)
    assert barter.counter.slack.modal(ALICE) is None
    barter.counter.work()
    assert [one.status for one in replacements(barter)] == ["on-hold"]
    assert barter.state is ExchangeState.AWAITING_PAYMENT
    assert "is not paid yet" in str(barter.rma.card.all_blocks)


def test_agreeing_twice_makes_one_replacement(barter: Barter) -> None:
    barter.open_form()
    barter.choose(barter.sizes["L"], barter.sizes["M"].sku[:9])
    with barter.counter.held_back():
        first = barter.counter.slack.submit(ALICE).payload
        second = barter.counter.slack.submit(ALICE).payload
    for payload in (first, first, second):
        assert barter.counter.send(payload).status_code == 200
    barter.counter.work()
    assert len(replacements(barter)) == 1


def test_an_offer_is_not_agreed_once_the_return_changed(barter: Barter) -> None:
    barter.open_form()
    barter.choose(barter.coat, barter.name)
    decisions.take(barter.counter.desk, barter.rma.return_id, find_operator(barter.counter.desk, BOB))
    barter.counter.slack.submit(ALICE)
    assert "changed while you were looking" in barter.shown()
    barter.counter.work()
    assert replacements(barter) == []
    barter.counter.slack.close_modal(ALICE)
    form = barter.counter.modal()
    assert form.values[barter.menu, barter.menu]["selected_option"]["value"] == barter.article(barter.coat)


def test_the_same_article_again_is_said_and_nothing_typed_is_lost(barter: Barter) -> None:
    barter.open_form()
    barter.choose(barter.sizes["M"], barter.sizes["M"].sku[:9])
    assert "This is what comes back" in barter.shown()
    barter.counter.slack.close_modal(ALICE)
    assert barter.counter.modal().values[barter.menu, barter.menu]["selected_option"]


def test_in_a_claim_the_very_same_article_can_be_sent(barter: Barter) -> None:
    form = barter.open_form()
    barter.counter.slack.choose(ALICE, form, "claim", ["claim"])
    barter.choose(barter.sizes["M"], barter.sizes["M"].sku[:9])
    assert "Nothing has to come back" in barter.shown()
    barter.counter.slack.submit(ALICE)
    barter.counter.work()
    assert [one.status for one in replacements(barter)] == ["processing"]


def test_nothing_chosen_is_said_at_the_menu(barter: Barter) -> None:
    barter.open_form()
    answer = barter.counter.slack.submit(ALICE)
    assert barter.menu in answer.errors


def test_a_shop_that_does_not_answer_is_said_and_the_form_stays(barter: Barter) -> None:
    barter.open_form()
    with_menu = barter.counter.slack.open_menu(ALICE, barter.counter.modal(), barter.menu, barter.name)
    assert with_menu.options
    barter.counter.faults.plan("shop", Fault.FORBIDDEN_BEFORE, times=1000)
    barter.counter.slack.submit(ALICE, values={barter.menu: barter.article(barter.coat)})
    barter.counter.work()
    assert "The shop does not answer" in barter.shown()
    barter.counter.slack.close_modal(ALICE)
    assert barter.counter.modal().body["callback_id"] == "exchange_form"
