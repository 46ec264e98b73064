"""What customers read: the preview is the note, in their language, without a word of the team's."""

import pytest

from bot.customer import CODE, UNKNOWN, customer_text, forecast_text, settled_text
from bot.i18n import LANGUAGES, Words
from bot.rules.case import Bank
from bot.rules.choice import RefundChoice
from bot.rules.refund import quote_for
from store.terms import Condition, Method, ReturnStatus
from tests import make

EN, FR = Words("en"), Words("fr")
CASE = make.a_case(status=ReturnStatus.RECEIVED, policy=make.a_policy(credit_bonus_percent=5))


def a_choice(method: Method, *, condition: Condition = Condition.GOOD) -> RefundChoice:
    return make.a_choice((1, 2, condition), method=method, deduct_label=True, reference="SEPA 7")


@pytest.mark.parametrize(
    ("method", "told"),
    [
        (
            Method.GATEWAY_REFUND,
            "We have refunded 61.10 EUR for your return RMA-1042 to “Card (Stripe)”. "
            "It takes 1 to 5 days to show. We kept 4.90 EUR for the return.",
        ),
        (
            Method.MANUAL_REFUND,
            "We have transferred 61.10 EUR to you for your return RMA-1042. We kept 4.90 EUR for the return.",
        ),
        (
            Method.STORE_CREDIT,
            f"We have issued 64.16 EUR of store credit for your return RMA-1042. Your code is {UNKNOWN}. "
            "It works with this e-mail address until nothing is left of it. We kept 4.90 EUR for the return.",
        ),
    ],
)
def test_a_settlement_is_told_in_plain_words(method: Method, told: str) -> None:
    assert forecast_text(CASE, quote_for(CASE, a_choice(method)), EN) == told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", [Method.GATEWAY_REFUND, Method.MANUAL_REFUND, Method.STORE_CREDIT])
def test_the_preview_is_the_note_but_for_a_code_nobody_may_see(method: Method, language: str) -> None:
    words, quote = Words(language), quote_for(CASE, a_choice(method))
    done = make.a_resolution(method=method, amount=quote.amount, credit=quote.credit, kept=quote.kept)
    note = settled_text(CASE, done, words)
    assert note.replace(CODE, UNKNOWN) == forecast_text(CASE, quote, words)
    assert (CODE in note) == (method is Method.STORE_CREDIT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_of_a_refund_at_the_bank_has_words_of_its_own(language: str) -> None:
    banks = [
        None,
        *(Bank("re_1", status) for status in ("succeeded", "pending", "requires_action", "failed")),
    ]
    told = [settled_text(CASE, make.a_resolution(bank=bank), Words(language)) for bank in banks]
    assert told[0] == told[1]
    assert len(set(told)) == 4
    assert all("RMA-1042" in text and "61" in text for text in told)


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_on_its_way_is_not_called_refunded(status: str) -> None:
    told = settled_text(CASE, make.a_resolution(bank=Bank("re_1", status)), EN)
    assert "is on its way to “Card (Stripe)”" in told
    assert "have refunded" not in told


def test_nothing_is_promised_where_nothing_is_paid() -> None:
    quote = quote_for(CASE, a_choice(Method.GATEWAY_REFUND, condition=Condition.MISSING))
    assert forecast_text(CASE, quote, EN).startswith("We have settled your return RMA-1042.")


def test_a_french_customer_reads_french() -> None:
    told = forecast_text(CASE, quote_for(CASE, a_choice(Method.GATEWAY_REFUND)), FR).replace("\u00a0", " ")
    assert told == (
        "Nous vous avons remboursé 61,10 EUR pour votre retour RMA-1042 sur « Card (Stripe) ». "
        "Le montant apparaît sous 1 à 5 jours. Nous avons retenu 4,90 EUR pour le retour."
    )


def test_a_rejection_ends_with_the_reason_as_it_was_written() -> None:
    told = customer_text("rejected", CASE, EN, reason="It was worn {a lot}.")
    assert told == "We could not accept your return RMA-1042. It was worn {a lot}."


@pytest.mark.parametrize("kind", ["approved", "cancelled"])
def test_every_other_note_names_the_return_in_both_languages(kind: str) -> None:
    english, french = customer_text(kind, CASE, EN), customer_text(kind, CASE, FR)
    assert "RMA-1042" in english
    assert "RMA-1042" in french
    assert english != french
