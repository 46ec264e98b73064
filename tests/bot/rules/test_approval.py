"""Who agrees to a return: the policy at once, or a person, and which rule said so."""

from typing import Any

import pytest

from bot.rules.approval import Approval, Decision, Exemption, Request, decide, read_decision
from store.terms import Reason, Wish
from tests.make import money

SMALL, WRONG = Reason.TOO_SMALL, Reason.WRONG_ITEM


def decided(*exemptions: Exemption, automatic: bool = True, **given: Any) -> Decision:
    value = money(given.pop("value", "150.00"))
    fields = {"reasons": frozenset({SMALL}), "wish": Wish.REFUND} | given
    return decide(Approval(automatic, exemptions), Request(value, **fields))


def test_without_exemptions_the_policy_decides_in_general() -> None:
    assert decided() == Decision(True)
    assert decided(automatic=False) == Decision(False)


@pytest.mark.parametrize(
    ("exemption", "fitting", "other"),
    [
        ({"value_above": "150.00"}, {"value": "150.01"}, {"value": "150.00"}),
        ({"value_up_to": "20"}, {"value": "20.00"}, {"value": "20.01"}),
        ({"returns_from": 3}, {"returns": 2}, {"returns": 1}),
        ({"returns_up_to": 1}, {"returns": 0}, {"returns": 1}),
        ({"orders_from": 5}, {"orders": 5}, {"orders": 4}),
        ({"orders_up_to": 1}, {"orders": 1}, {"orders": 2}),
        ({"wishes": frozenset({Wish.EXCHANGE})}, {"wish": Wish.EXCHANGE}, {"wish": Wish.REFUND}),
        (
            {"reasons": frozenset({WRONG})},
            {"reasons": frozenset({SMALL, WRONG})},
            {"reasons": frozenset({SMALL})},
        ),
    ],
)
def test_an_exemption_is_left_to_a_person(
    exemption: dict[str, Any], fitting: dict[str, Any], other: dict[str, Any]
) -> None:
    one = Exemption("It", **exemption)
    assert decided(one, **fitting) == Decision(False, "It")
    assert decided(one, **other) == Decision(True)


def test_where_people_agree_an_exemption_is_agreed_to_at_once() -> None:
    assert decided(Exemption("Small", value_up_to="20"), automatic=False, value="9.00") == Decision(
        True, "Small"
    )


def test_one_reason_more_than_the_exemption_names_is_left_to_a_person() -> None:
    fault = Exemption("Our fault", reasons=frozenset({WRONG}))
    assert decided(fault, automatic=False, reasons=frozenset({WRONG})) == Decision(True, "Our fault")
    assert decided(fault, automatic=False, reasons=frozenset({WRONG, SMALL})) == Decision(False)


def test_what_is_kept_of_a_decision_can_be_read_again() -> None:
    for decision in (Decision(True), Decision(True, "A: b"), Decision(False, "A")):
        assert read_decision(decision.kept) == decision
    assert Decision(False).kept == ""
    assert read_decision("") is None
