"""The way through the exchange's modals: search, price, agree, try again, call off; badly, twice and late."""

import json
from typing import Any

import pytest

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.rules.case import ExchangeState
from bot.sandbox.faults import Fault
from bot.sandbox.slack.opening import push_view
from bot.sandbox.story.people import ALICE, BOB, DAN
from store.terms import Wish
from tests.handlers.slack.barter import Barter, a_barter, replacements


def test_without_a_word_typed_the_menu_shows_the_other_sizes_first(barter: Barter) -> None:
    form = barter.open_form()
    found = barter.counter.slack.open_menu(ALICE, form, barter.menu).options
    assert {one["value"] for one in found[:2]} == {barter.article(barter.sizes[size]) for size in ("S", "L")}
    assert "5 in stock" in found[0]["text"]["text"]


def test_what_is_out_of_stock_is_named_so_and_cannot_be_chosen(barter: Barter) -> None:
    barter.counter.shop.state.products[barter.coat.id].stock = 0
    form = barter.open_form()
    (coat,) = barter.counter.slack.open_menu(ALICE, form, barter.menu, barter.name).options
    assert coat["text"]["text"] == f"{barter.name} · 80.00 EUR · out of stock"
    answer = barter.counter.slack.submit(ALICE, form, {barter.menu: coat["value"]})
    assert "out of stock" in answer.errors[barter.menu]


def test_what_the_shop_takes_back_orders_for_is_exchanged_though_none_is_left(barter: Barter) -> None:
    coat = barter.counter.shop.state.products[barter.coat.id]
    coat.stock, coat.backorders = 0, "notify"
    form = barter.open_form()
    (option,) = barter.counter.slack.open_menu(ALICE, form, barter.menu, barter.name).options
    assert "on back-order" in option["text"]["text"]
    barter.choose(barter.coat, barter.name)
    assert "reserving them will fail" not in barter.shown()
    barter.counter.slack.submit(ALICE)
    barter.counter.work()
    assert [one.status for one in replacements(barter)] == ["on-hold"]


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


def test_a_clerk_who_may_not_act_gets_no_articles_and_no_form(barter: Barter) -> None:
    form = barter.open_form()
    with barter.counter.held_back():
        asked = barter.counter.slack.open_menu(ALICE, form, barter.menu, barter.name).answer
    assert asked is not None
    payload = {**asked.payload, "user": {**asked.payload["user"], "id": DAN}}
    assert barter.counter.send(payload).json() == {"options": []}
    barter.counter.slack.click(DAN, barter.rma.card, "exchange")
    assert barter.counter.slack.modal(DAN) is None


@pytest.mark.parametrize("value", ["", "x", "1", "1:", ":2", "0:0", "-1:2", "9" * 30 + ":1", "1:2:3", "²:1"])
def test_a_value_of_an_option_that_was_never_offered_exchanges_nothing(barter: Barter, value: str) -> None:
    form = barter.open_form()
    barter.counter.slack.open_menu(ALICE, form, barter.menu, barter.name)
    with barter.counter.held_back():
        payload = barter.counter.slack.submit(ALICE, form, {barter.menu: barter.article(barter.coat)}).payload
    payload["view"]["state"]["values"][barter.menu][barter.menu]["selected_option"]["value"] = value
    assert barter.counter.send(payload).status_code == 200
    barter.counter.work()
    assert replacements(barter) == []


def agreeing(barter: Barter) -> dict[str, Any]:
    """The press of the last button, held back."""
    with barter.counter.held_back():
        return barter.counter.slack.submit(ALICE).payload


def test_no_forged_agreement_exchanges_anything(barter: Barter) -> None:
    barter.open_form()
    barter.choose(barter.coat, barter.name)
    kept = json.loads(agreeing(barter)["view"]["private_metadata"])
    other = a_barter(barter.counter, Wish.EXCHANGE)
    place = f"{other.rma.return_id}:{other.rma.case.version}"
    for forged in (
        "",
        "[]",
        "{",
        "1:1",
        json.dumps({**kept, "offer": "card/1"}),
        json.dumps({**kept, "offer": ""}),
        json.dumps({**kept, "place": place}),
        json.dumps({**kept, "place": "9:9"}),
    ):
        payload = agreeing(barter)
        payload["view"]["private_metadata"] = forged
        assert barter.counter.send(payload).status_code == 200
    barter.counter.work()
    assert replacements(barter) == replacements(other) == []


def test_two_people_who_agree_at_once_make_one_replacement(barter: Barter) -> None:
    for user, product in ((ALICE, barter.coat), (BOB, barter.cap)):
        barter.open_form(user)
        barter.choose(product, product.name, user)
    barter.counter.slack.submit(ALICE)
    barter.counter.slack.submit(BOB)
    assert "changed while you were looking" in barter.shown(BOB)
    barter.counter.work()
    (made,) = replacements(barter)
    assert str(made.total) == "30.00"


def test_a_form_that_stood_open_while_the_return_changed_says_so_in_the_bill(barter: Barter) -> None:
    barter.open_form()
    decisions.take(barter.counter.desk, barter.rma.return_id, find_operator(barter.counter.desk, BOB))
    barter.choose(barter.coat, barter.name)
    assert "changed since you opened the form" in barter.shown()


def test_what_is_sold_meanwhile_is_said_before_and_then_three_choices_stand_on_the_card(
    barter: Barter,
) -> None:
    form = barter.open_form()
    barter.counter.slack.open_menu(ALICE, form, barter.menu, barter.name)
    barter.counter.shop.state.products[barter.coat.id].stock = 0
    barter.counter.slack.submit(ALICE, form, {barter.menu: barter.article(barter.coat)})
    barter.counter.work()
    assert "reserving them will fail" in barter.shown()
    barter.counter.slack.submit(ALICE)
    barter.counter.work()
    assert barter.state is ExchangeState.STUCK
    decisions.take(barter.counter.desk, barter.rma.return_id, find_operator(barter.counter.desk, ALICE))
    barter.counter.work()
    buttons = str(barter.rma.card.all_blocks[-1])
    assert all(word in buttons for word in ("Choose another", "Try again", "Cancel exchange"))
    barter.counter.shop.state.products[barter.coat.id].stock = 1
    assert barter.counter.slack.click(BOB, barter.rma.card, "exchange_again").acked
    barter.counter.work()
    assert [one.status for one in replacements(barter)] == ["on-hold"]


def test_another_article_can_be_chosen_while_nothing_was_sent(barter: Barter) -> None:
    barter.agree(barter.coat, barter.name)
    barter.counter.slack.click(ALICE, barter.rma.card, "more")
    barter.counter.slack.click(ALICE, barter.counter.modal(), "exchange")
    form = barter.counter.modal()
    assert form.values[barter.menu, barter.menu]["selected_option"]["value"] == barter.article(barter.coat)
    barter.choose(barter.sizes["L"], barter.sizes["L"].sku[:9])
    barter.counter.slack.submit(ALICE)
    barter.counter.work()
    assert sorted(one.status for one in replacements(barter)) == ["cancelled", "on-hold"]


def test_prices_that_are_there_before_the_modal_wait_for_it(barter: Barter) -> None:
    form = barter.open_form()
    barter.counter.slack.open_menu(ALICE, form, barter.menu, barter.name)
    with barter.counter.held_back():
        payload = barter.counter.slack.submit(ALICE, form, {barter.menu: barter.article(barter.coat)}).payload
    pushed = barter.counter.send(payload).json()["view"]  # Slack has not drawn it yet
    barter.counter.work()
    assert barter.counter.modal().id == form.id
    push_view(barter.counter.slack.core, ALICE, pushed)
    barter.counter.work(seconds=5)
    assert "pays 30.00" in barter.shown()
