"""The returns policy as people write it: what it says, and one sentence for each thing wrong in it."""

from pathlib import Path

import pytest

from bot.rules.eligibility import Window
from bot.rules.eligibility_file import BadPolicy, parse_policy
from store.terms import Reason, Wish

EXAMPLE = Path(__file__).parents[3] / "docs" / "returns-policy.example.toml"


def problems(text: str) -> list[str]:
    with pytest.raises(BadPolicy) as refused:
        parse_policy(text, days=30)
    return list(refused.value.problems)


def test_the_example_in_the_documents_can_be_used() -> None:
    policy = parse_policy(EXAMPLE.read_text(encoding="utf-8"), days=None)
    assert policy.general.window == Window(30)
    assert [rule.name for rule in policy.rules] == ["Final sale", "Hygiene", "Clearance"]
    assert policy.rules[1].because["fr"].startswith("Pour des raisons")
    assert policy.rules[2].wishes == (Wish.STORE_CREDIT, Wish.EXCHANGE)
    assert policy.reasons[Reason.DEFECTIVE].window == Window(730)
    assert (policy.approval.automatic, len(policy.approval.exemptions)) == (True, 3)


def test_what_the_file_leaves_out_is_as_in_the_settings() -> None:
    assert parse_policy("", days=45).general.window == Window(45)
    assert parse_policy('[general]\ndays = "no end"', days=45).general.window == Window(None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a =", "not readable as TOML: Invalid value (at end of document)"),
        ("generall = 1", "generall: no such key; did you mean general?"),
        ("[general]\ndays = -1", 'general, days: expected a number of days up to 3650, or "no end"'),
        ("[general]\ndays = true", 'general, days: expected a number of days up to 3650, or "no end"'),
        (
            '[general]\nwishes = ["refnd"]',
            "general, wishes entry 1: expected one of refund, store_credit, exchange",
        ),
        ('[[rule]]\nname = "A"\ntag = ["x"]', "rule 1 (A), tag: no such key; did you mean tags?"),
        ("[[rule]]\non_sale = true", "rule 1, name: is missing"),
        ('[[rule]]\nname = "A"\non_sale = "yes"', "rule 1 (A), on_sale: expected true or false"),
        ('[[rule]]\nname = "A"\ntags = "x"', "rule 1 (A), tags: expected a list in square brackets"),
        ('[[rule]]\nname = "A"\ntags = []', "rule 1 (A), tags: expected at least one entry"),
        (
            '[[rule]]\nname = "A"\ntags = ["x"]\nreturnable = false\nbecause.de = "x"',
            "rule 1 (A), because: there is no language de; expected en or fr",
        ),
        (
            '[[rule]]\nname = "A"\ntags = ["x"]\nbecause = "x"',
            "rule 1 (A), because: only said where returnable = false",
        ),
        (
            '[[rule]]\nname = "A"',
            "rule 1 (A): fits everything; give it products, categories, tags, on_sale or discount_from",
        ),
        ("[reason.damaged]\nphoto = 1", "reason.damaged, photo: expected true or false"),
        (
            "[reason.damaged]\nlabel_free = false",
            "reason.damaged, label_free: expected true or nothing; where the shop is at fault, the label is "
            "never the customer's",
        ),
        ("[approval]\nautomatic = 1", "approval, automatic: expected true or false"),
        (
            '[[approval.except]]\nname = "A"\nvalue_above = "1,50"',
            "approval.except 1 (A), value_above: expected an amount in quotes, with a point and no currency, "
            'such as "150.00"',
        ),
        ('[[approval.except]]\nname = "A"', "approval.except 1 (A): fits everything; give it a condition"),
    ],
)
def test_a_problem_is_one_sentence_that_says_where_it_is(text: str, said: str) -> None:
    assert problems(text) == [said]


def test_every_problem_is_named_at_once() -> None:
    text = '[general]\ndays = "x"\n[[rule]]\nname = "A"\ntag = []\n[reason.damagd]\nphoto = true'
    assert len(problems(text)) == 3


def test_two_rules_of_one_name_could_not_be_told_apart() -> None:
    twice = '[[rule]]\nname = "A"\non_sale = true\n' * 2
    assert problems(twice) == ["rule 2 (A): two rules have this name; give each its own"]
