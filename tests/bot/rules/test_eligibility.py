"""May this line come back: windows, rules by article, reasons, units, with numbers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.rules.eligibility import (
    Calendar,
    ReasonRule,
    Refusal,
    ReturnPolicy,
    Rule,
    Traits,
    Verdict,
    Window,
    judge,
)
from bot.rules.eligibility_file import default_policy
from store.terms import FAULT_REASONS, Reason, Wish
from tests.make import NOON, a_line, an_order, money

# Delivered on Friday 13 November 2026; 14 days later is Friday 27 November.
LAST_MOMENT = datetime(2026, 11, 27, 22, 59, tzinfo=UTC)  # 23:59 in Paris
TOO_LATE = datetime(2026, 11, 27, 23, 1, tzinfo=UTC)


def verdict(*rules: Rule, now: datetime = NOON, units: int = 3, **given: Any) -> Verdict:
    line = given.pop("line", a_line(list_price=money("33.00")))
    order = given.pop("order", an_order(line))
    policy = given.pop("policy", ReturnPolicy(Rule(window=Window(14)), rules, given.pop("reasons", {})))
    calendar = Calendar(now, "Europe/Paris", extension=given.pop("extension", None))
    traits = given.pop("traits", Traits())
    return judge(order, line, policy=policy, traits=traits, units=units, calendar=calendar)


def test_in_its_window_a_line_may_come_back_for_every_reason_and_wish() -> None:
    judged = verdict(policy=default_policy(14))
    assert (judged.units, judged.until, judged.refusal) == (3, date(2026, 11, 27), None)
    assert [terms.reason for terms in judged.reasons] == list(Reason)
    assert judged.wishes == tuple(Wish)


def test_the_last_day_counts_until_it_is_over_where_the_shop_is() -> None:
    assert verdict(now=LAST_MOMENT).units == 3
    late = verdict(now=TOO_LATE)
    assert (late.units, late.reasons, late.refusal) == (0, (), Refusal.TOO_LATE)
    assert late.why is not None
    assert late.why.values == {"date": date(2026, 11, 27)}


def test_an_extension_moves_the_window_and_never_shortens_it() -> None:
    assert verdict(now=TOO_LATE, extension=date(2026, 12, 12)).until == date(2026, 12, 12)
    assert verdict(extension=date(2026, 11, 20)).until == date(2026, 11, 27)


def test_without_an_end_it_is_never_too_late() -> None:
    judged = verdict(policy=default_policy(None), now=datetime(2036, 1, 1, tzinfo=UTC))
    assert (judged.units, judged.until) == (3, None)


@pytest.mark.parametrize(
    ("refusal", "given"),
    [
        (Refusal.GIFT_CARD, {"line": a_line(gift_card=True)}),
        (Refusal.NOT_PAID, {"order": an_order(status="on-hold")}),
        (Refusal.ALL_BACK, {"units": 0}),
    ],
)
def test_what_cannot_come_back_says_why(refusal: Refusal, given: dict[str, Any]) -> None:
    judged = verdict(**given)
    assert (judged.units, judged.reasons, judged.refusal) == (0, (), refusal)
    assert judged.why is not None


def test_the_first_rule_that_fits_decides_and_leaves_the_rest_as_in_general() -> None:
    short = Rule("Short", tags=frozenset({"new"}), window=Window(7))
    never = Rule("Never", tags=frozenset({"new"}), returnable=False)
    judged = verdict(short, never, traits=Traits(tags=frozenset({"new", "x"})))
    assert (judged.rule, judged.refusal, judged.until) == ("Short", Refusal.TOO_LATE, date(2026, 11, 20))
    assert verdict(short, never).rule == ""


def test_every_condition_of_a_rule_must_hold_and_one_entry_of_a_list_is_enough() -> None:
    rule = Rule("Both", categories=frozenset({"a", "b"}), tags=frozenset({"t"}), returnable=False)
    both = Traits(frozenset({"b"}), frozenset({"t"}))
    assert verdict(rule, traits=both).refusal is Refusal.RULE
    assert verdict(rule, traits=Traits(frozenset({"b"}))).refusal is None


@pytest.mark.parametrize("name", ["101", "777", "mug-1"])
def test_an_article_is_named_by_its_product_its_variation_or_its_sku(name: str) -> None:
    line = a_line(variation_id=777)
    assert verdict(Rule("It", products=frozenset({name})), line=line).rule == "It"
    assert verdict(Rule("It", products=frozenset({"0"})), line=a_line(sku="")).rule == ""


def test_what_was_bought_below_its_regular_price_was_on_sale() -> None:
    rule = Rule("Sale", on_sale=True, returnable=False)
    line = a_line(list_price=money("33.00"))
    assert verdict(rule, line=line, traits=Traits(regular=money("44.00"))).refusal is Refusal.RULE
    assert verdict(rule, line=line, traits=Traits(regular=money("33.00"))).refusal is None
    assert verdict(rule, line=line).refusal is None  # gone from the shop: nobody knows
    assert verdict(replace(rule, on_sale=False), line=line).refusal is Refusal.RULE


def test_a_discount_counts_sales_and_coupons_together() -> None:
    line = a_line(gross="60.00", list_price=money("30.00"))  # 20.00 each, 44.00 regularly: 54.5 % below
    traits = Traits(regular=money("44.00"))
    at = {
        percent: verdict(Rule("Off", discount_from=percent), line=line, traits=traits).rule
        for percent in (54, 55)
    }
    assert at == {54: "Off", 55: ""}
    coupon_only = a_line(gross="60.00", list_price=money("40.00"))  # half of its own price
    assert verdict(Rule("Off", discount_from=50), line=coupon_only).rule == "Off"


def test_a_final_sale_still_comes_back_when_the_shop_is_at_fault() -> None:
    rule = Rule("Final", tags=frozenset({"final"}), reasons=(Reason.DAMAGED, Reason.DEFECTIVE))
    judged = verdict(rule, traits=Traits(tags=frozenset({"final"})))
    assert [terms.reason for terms in judged.reasons] == [Reason.DAMAGED, Reason.DEFECTIVE]
    assert judged.terms(Reason.TOO_SMALL) is None


def test_a_reason_with_a_longer_window_outlives_the_others() -> None:
    reasons = {Reason.DEFECTIVE: ReasonRule(photo=True, window=Window(730))}
    judged = verdict(now=TOO_LATE, reasons=reasons)
    assert [(terms.reason, terms.photo) for terms in judged.reasons] == [(Reason.DEFECTIVE, True)]
    assert judged.until == date(2028, 11, 13)  # 12 November 2028 is a Sunday


def test_the_label_is_free_where_the_shop_is_at_fault_or_says_so() -> None:
    judged = verdict(reasons={Reason.TOO_SMALL: ReasonRule(label_free=True)})
    free = {terms.reason for terms in judged.reasons if terms.label_free}
    assert free == FAULT_REASONS | {Reason.TOO_SMALL}


def test_a_rule_can_leave_only_some_wishes() -> None:
    assert verdict(Rule("Off", on_sale=False, wishes=(Wish.EXCHANGE,))).wishes == (Wish.EXCHANGE,)
