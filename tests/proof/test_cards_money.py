"""Rule R5: unknown is never called failed or done. Every ambiguous answer, looked at in every second.

What stands in the sandbox's Slack is compared with what its bank really paid: never red while money may have
moved, never green before it has, no word to the customer before; every doubt ends with an answer or a person.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from blocks.kit import COLOURS
from bot.config import StripeRefunds
from bot.desk.resolution import allow_one_more, confirm_done
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.slack import Slack
from bot.sandbox.stripe import Stripe, Trouble
from store.terms import Method, ResolutionStatus
from tests.bot.desk.bench import an_order, arrived, decide, with_a_bank
from tests.proof.cards import PROMISED, Witness, card_of, texts, with_slack
from tests.world import BOB, World, a_world

DEEDS = {
    "refund": Method.GATEWAY_REFUND,
    "refund with a bank to ask": Method.GATEWAY_REFUND,
    "refund through stripe": Method.GATEWAY_REFUND,
    "credit": Method.STORE_CREDIT,
    "manual": Method.MANUAL_REFUND,
}
LATE = timedelta(seconds=90)
DAY = timedelta(hours=26)  # Stripe keeps a key for a day, and there are two of them


@pytest.fixture
def world(engine: object, caplog: pytest.LogCaptureFixture) -> Iterator[World]:
    caplog.set_level(logging.CRITICAL)
    with a_world(engine) as world:  # type: ignore[arg-type]
        yield world


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Stage:
    """A world with Slack, and with a bank where the deed has one."""

    def __init__(self, world: World, deed: str, slack: Slack, stripe: Stripe | None) -> None:
        self.world, self.deed, self.slack, self.stripe = world, deed, slack, stripe

    def decide(self, about: str) -> Witness:
        """A fresh order, all of it back, its card drawn, and the decision."""
        world, paid = self.world, {"payment_method": "stripe"} if self.stripe else {}
        order = an_order(world, 2, **paid)
        return_id = arrived(world, order, late_reason="time flies in tests")
        world.work()
        method = DEEDS[self.deed]
        witness = Witness(world, self.slack, return_id, order, method, f"{self.deed}, {about}", self.stripe)
        decide(world, return_id, method)
        return witness

    def end(self, witness: Witness) -> None:
        """Watch until late payments have come, then without faults until all is decided or asked."""
        witness.watch(LATE)
        self.world.faults.clear()
        self.world.shop.state.mishaps.clear()
        self.world.shop.settle_late()
        witness.watch(DAY * 3 if self.deed == "refund through stripe" else DAY)
        case = self.world.case(witness.return_id)
        last = case.resolutions[-1]
        ended = last.status in (ResolutionStatus.DONE, ResolutionStatus.REFUSED) or last.needs_person
        assert ended, witness.about
        assert witness.looked > 1000


@pytest.fixture
def stage(world: World, deed: str) -> Iterator[Stage]:
    refunds = StripeRefunds.DIRECT if deed == "refund through stripe" else StripeRefunds.SHOP
    with ExitStack() as stack:
        with_bank = deed in ("refund with a bank to ask", "refund through stripe")
        stripe = stack.enter_context(with_a_bank(world, refunds)) if with_bank else None
        slack = stack.enter_context(with_slack(world))
        yield Stage(world, deed, slack, stripe)


def lose(stage: Stage, fault: Fault, times: int) -> None:
    """Let the next requests that ask for money, or book it, meet ``fault``."""
    where = {"method": "POST", "path": "/(refunds|coupons)$"}
    stage.world.faults.plan("shop", fault, times=times, seconds=0, **where)


def spoil(stage: Stage, mishap: Mishap) -> None:
    """Let the next refund in the shop meet ``mishap``; what is paid late is paid in a minute and a half."""
    stage.world.shop.plan_mishap(mishap, seconds=10_000 if mishap is Mishap.PAID_LATE else 0)


@pytest.mark.proof
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("fault", list(Fault))
def test_after_every_answer_of_the_shop(stage: Stage, fault: Fault, times: int, counts: Counter[str]) -> None:
    witness = stage.decide(f"{fault} {times} times")
    lose(stage, fault, times)
    counts["faults injected"] += times
    stage.end(witness)


@pytest.mark.proof
@pytest.mark.parametrize("mishap", list(Mishap))
def test_after_every_mishap_inside_the_shop(stage: Stage, mishap: Mishap, counts: Counter[str]) -> None:
    witness = stage.decide(str(mishap))
    spoil(stage, mishap)
    counts["faults injected"] += 1
    stage.end(witness)


@pytest.mark.proof
@pytest.mark.parametrize("deed", ["refund through stripe"])
@pytest.mark.parametrize("times", [1, 2, 4])
@pytest.mark.parametrize("trouble", list(Trouble))
def test_after_every_answer_of_stripe(
    stage: Stage, trouble: Trouble, times: int, counts: Counter[str]
) -> None:
    witness = stage.decide(f"{trouble} {times} times")
    assert stage.stripe is not None
    stage.stripe.trouble(trouble, method="POST", path="/v1/refunds", times=times, seconds=0)
    counts["faults injected"] += times
    stage.end(witness)


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["refund", "credit"])
def test_an_answer_that_is_lost(stage: Stage, counts: Counter[str]) -> None:
    witness = stage.decide("lost after")
    lose(stage, Fault.LOST_AFTER, 1)
    counts["faults injected"] += 1
    stage.end(witness)
    assert "checking" in witness.seen
    assert witness.happened()


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["refund", "refund with a bank to ask"])
@pytest.mark.parametrize("mishap", [Mishap.PAID_LATE, Mishap.DIES_AFTER_MONEY, Mishap.DIES_BEFORE_MONEY])
def test_a_shop_that_dies_beside_the_money(stage: Stage, mishap: Mishap, counts: Counter[str]) -> None:
    witness = stage.decide(str(mishap))
    spoil(stage, mishap)
    counts["faults injected"] += 1
    stage.end(witness)
    assert "checking" in witness.seen
    assert witness.happened() is (mishap is not Mishap.DIES_BEFORE_MONEY)


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["refund"])
def test_one_more_try_that_is_in_doubt_again_asks_a_person_again(stage: Stage, counts: Counter[str]) -> None:
    witness = stage.decide("in doubt, allowed again, in doubt")
    lose(stage, Fault.LOST_BEFORE, 1)
    witness.watch(timedelta(hours=1))
    (asked,) = stage.world.case(witness.return_id).resolutions
    assert asked.needs_person
    lose(stage, Fault.LOST_AFTER, 1)
    stage.world.faults.plan("shop", Fault.ERROR_BEFORE, method="GET", path="/refunds$", times=2)
    allow_one_more(stage.world.desk, witness.return_id, BOB, asked.resolution_id)
    counts["faults injected"] += 4
    stage.end(witness)
    assert witness.happened()
    assert stage.world.case(witness.return_id).resolutions[0].status is ResolutionStatus.DONE
    assert witness.seen == {"checking", "person"}


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["refund through stripe"])
@pytest.mark.parametrize("ending", ["succeeded", "failed"])
def test_a_bank_that_takes_its_time_is_blue_until_it_has_decided(stage: Stage, ending: str) -> None:
    assert stage.stripe is not None
    stage.stripe.script_refunds("pending")
    witness = stage.decide(f"pending, then {ending}")
    witness.watch(timedelta(hours=3))
    assert colour_of(witness) == COLOURS["blue"]
    assert PROMISED.search(witness.letters()[0])
    stage.stripe.change_refund(refund_of(stage, witness), ending, failure_reason=REASON[ending])
    for _ in range(30):
        stage.world.clock.pass_(hours=1)
        stage.world.work()
    assert colour_of(witness) == COLOURS["green" if ending == "succeeded" else "red"]
    said = texts(card_of(stage.slack, number_of(witness)).all_blocks)  # type: ignore[union-attr]
    assert ("The card has expired" in said) is (ending == "failed")
    assert len(witness.letters()) == (2 if ending == "failed" else 1)
    case = stage.world.case(witness.return_id)
    if ending == "failed":
        confirm_done(stage.world.desk, case.return_id, BOB, case.resolutions[0].resolution_id, "SEPA 7")
        stage.world.work()
        assert colour_of(witness) == COLOURS["green"]
        said = texts(card_of(stage.slack, number_of(witness)).all_blocks)  # type: ignore[union-attr]
        assert "refunded by hand, reference SEPA 7" in said
        assert "books follow" not in said


REASON = {"succeeded": None, "failed": "expired_or_canceled_card"}


def number_of(witness: Witness) -> str:
    return witness.world.case(witness.return_id).number


def refund_of(stage: Stage, witness: Witness) -> str:
    bank = stage.world.case(witness.return_id).resolutions[0].bank
    assert bank is not None
    return bank.refund_id


def colour_of(witness: Witness) -> str:
    card = card_of(witness.slack, number_of(witness))
    assert card is not None
    return f"#{card.attachments[0]['color']}"


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["refund"])
def test_a_shop_that_asks_for_time_is_said_to_ask_for_it(stage: Stage) -> None:
    witness = stage.decide("asked to wait")
    stage.world.faults.plan("shop", Fault.BUSY, method="GET", path=r"/orders/\d+$", times=20, seconds=300)
    witness.watch(timedelta(seconds=20))
    card = card_of(stage.slack, number_of(witness))
    assert card is not None
    assert "Not sent: the shop asks us to wait." in texts(card.all_blocks)
    assert colour_of(witness) == COLOURS["blue"]
    stage.end(witness)
    assert witness.happened()
