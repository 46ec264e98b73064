"""A payment that Stripe refuses to show: somebody is told, nothing is sent, a later look sets it right."""

import pytest

from bot.desk.exchange import try_exchange_again
from bot.rules.alerts import alerts
from bot.rules.case import ExchangeState
from bot.sandbox.stripe.records import Json
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import told
from tests.world import ALICE


def hide(barter: Barter) -> Json:
    """From now on Stripe knows nothing of the payment, as with the key of another account."""
    records = barter.stripe.account.records
    session = records.get("checkout.session", barter.sessions()[-1]["id"])
    assert session is not None
    records.remove(session)
    return session


def show(barter: Barter, session: Json, *, paid: bool) -> None:
    """The old key is back; meanwhile the customer paid, or did not."""
    barter.stripe.account.records.add(session)
    if paid:
        session |= {"status": "open", "expires_at": session["expires_at"] + 10**6}
        barter.stripe.pay(session["id"])


def later(barter: Barter, **span: float) -> None:
    """Some time goes by in which nobody looks, then twice somebody does."""
    for _ in range(2):
        barter.world.clock.pass_(**span)
        barter.world.work()


@pytest.fixture
def asked(barter: Barter) -> int:
    return barter.arranged(barter.coat)[1]


def shown(barter: Barter, return_id: int) -> list[str]:
    return [one.name for one in alerts(barter.world.case(return_id))]


def test_a_payment_that_is_not_shown_is_an_alert_and_the_team_is_told_once(
    barter: Barter, asked: int
) -> None:
    hide(barter)
    later(barter, minutes=20)
    unseen = barter.exchange(asked).unseen
    assert unseen is not None
    assert unseen.amount.minor == 3000
    assert "payment_unseen" in shown(barter, asked)
    assert "difference_unpaid" not in shown(barter, asked)
    assert told(barter.world, asked).count("payment_unseen") == 1


def test_a_payment_that_is_shown_again_counts_and_nothing_is_said_any_more(
    barter: Barter, asked: int
) -> None:
    session = hide(barter)
    later(barter, minutes=20)
    show(barter, session, paid=True)
    later(barter, minutes=20)
    assert (barter.exchange(asked).unseen, barter.received_money()) == (None, 3000)
    assert barter.exchange(asked).state is ExchangeState.AWAITING_GOODS


def test_once_it_must_have_expired_a_person_decides_and_trying_again_does_not_hide_that(
    barter: Barter, asked: int
) -> None:
    hide(barter)
    barter.arrive(asked)
    later(barter, days=1)
    assert barter.exchange(asked).state is ExchangeState.STUCK
    assert {"exchange_stuck", "payment_unseen"} <= set(shown(barter, asked))
    try_exchange_again(barter.world.desk, asked, ALICE, barter.version(asked))
    barter.world.work()
    assert barter.exchange(asked).state is ExchangeState.STUCK


@pytest.mark.parametrize("paid", [True, False])
def test_a_look_that_succeeds_in_the_end_takes_the_question_back(
    barter: Barter, asked: int, paid: bool
) -> None:
    session = hide(barter)
    later(barter, days=1)
    show(barter, session, paid=paid)
    later(barter, minutes=20)
    goes_on = ExchangeState.AWAITING_GOODS if paid else ExchangeState.AWAITING_PAYMENT
    assert (barter.exchange(asked).state, barter.exchange(asked).unseen) == (goes_on, None)
