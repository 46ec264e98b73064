"""Two people, eight processes, one return: one settles it, the others hear who it was and when."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk.cases import load_case
from bot.resolutions import EXCHANGING
from store.money import Money
from store.terms import Method, Wish
from tests.proof.processes.judge import complaints, payments
from tests.proof.processes.office import PEOPLE, PRICE, Decision, Office, an_office
from tests.proof.processes.racer import Ask, Choose, Deed, Finish, Reject, Settle
from tests.proof.processes.storms import Storm, is_money
from tests.proof.processes.track import Track, a_track
from tests.proof.processes.victim import pay
from tests.proof.processes.ward import Ward

SEED = 20261123
WAYS = (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND)
GATEWAYS = ("stripe", "paypal")
FORBIDDEN = "Exchange chosen: do NOT refund money. Cancel the exchange first."
ROUNDS = [pytest.param(100, marks=pytest.mark.slow), pytest.param(2000, marks=pytest.mark.proof)]
EACH = 125  # rounds of one sandbox: its books only ever grow, and every round looks through them
EXCHANGE_ROUNDS = [
    pytest.param(range(10), marks=pytest.mark.slow),
    *(pytest.param(range(first, first + EACH), marks=pytest.mark.proof) for first in range(0, 2500, EACH)),
]
PARTIAL_ROUNDS = [pytest.param(10, marks=pytest.mark.slow), pytest.param(250, marks=pytest.mark.proof)]


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    with an_office(database_url, SEED, goodwill_limit="100.00") as office:
        yield office


@pytest.fixture
def track(office: Office, counts: Counter[str], tmp_path: Path) -> Iterator[Track]:
    with a_track(office, counts, str(tmp_path / "racers.log")) as track:
        yield track


@pytest.fixture
def storm(office: Office, counts: Counter[str], tmp_path: Path) -> Iterator[Storm]:
    ward = Ward(office.settings, str(tmp_path / "victims.log"), counts)
    yield Storm(office, ward)
    ward.end()


def everybody(office: Office, return_id: int) -> list[Settle]:
    """Both agents in every way there is, all looking at the same card: one in each process, at times four."""
    people = office.dice.choice((8,) * 9 + (32,))
    looks = {method: office.look(return_id, method) for method in WAYS}
    drawn = [looks[office.dice.choice(WAYS)] for _ in range(people)]
    return [Settle(return_id, *look, PEOPLE[number % 2]) for number, look in enumerate(drawn)]


def judge_round(office: Office, return_id: int, finishes: list[Finish]) -> Decision:
    """One won; everybody else was told who that was and when."""
    winners = [finish.won for finish in finishes if finish.won]
    assert len(winners) == 1, f"seed {SEED}: {len(winners)} won: {finishes}"
    case = load_case(office.desk, return_id)
    won = next(row for row in case.resolutions if row.reference == winners[0])
    for finish in finishes:
        if finish.error not in ("", "Away"):
            assert finish.name == won.by.name, f"seed {SEED}: {finish}"
            assert finish.time in (won.decided_at, won.settled_at), f"seed {SEED}: {finish}"
            assert won.by.name in finish.told
    return Decision(return_id, case.order.order_id, won.method, won.reference, PRICE)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_all_who_settle_a_return_at_once_one_wins(
    office: Office, track: Track, storm: Storm, rounds: int
) -> None:
    payers = storm.ward.start(pay, None)
    for number in range(rounds):
        wish = Wish.EXCHANGE if number % 10 == 9 else Wish.REFUND
        return_id = office.open(office.order(GATEWAYS[number % len(GATEWAYS)]), wish)
        finishes = track.run(everybody(office, return_id))
        if wish is Wish.EXCHANGE:
            assert {finish.told for finish in finishes} == {FORBIDDEN}, f"seed {SEED}: {finishes}"
            office.exchanges.append(load_case(office.desk, return_id).order.order_id)
        else:
            office.decisions.append(judge_round(office, return_id, finishes))
    storm.await_quiet(is_money)
    storm.ward.strike(payers)
    judge_money(office)


@pytest.mark.parametrize("rounds", PARTIAL_ROUNDS)
def test_two_returns_of_one_order_settled_at_once_never_pay_more_than_was_paid(
    office: Office, track: Track, storm: Storm, rounds: int
) -> None:
    payers, orders = storm.ward.start(pay, None), []
    for number in range(rounds):
        order = office.order(GATEWAYS[number % len(GATEWAYS)], 2)
        deeds: list[Deed] = []
        for key in ("first", "second"):
            return_id = office.open(order, key=f"{key}-{order.id}")
            seen, choice = office.look(return_id, Method.GATEWAY_REFUND)
            generous = replace(choice, custom_amount=Money(4000, "EUR"), goodwill=True)
            deeds += [Settle(return_id, seen, generous, person) for person in PEOPLE]
        won = [finish for finish in track.run(deeds) if finish.won]
        assert len(won) == 1, f"seed {SEED}: {won}"
        orders.append(order.id)
    storm.await_quiet(is_money)
    storm.ward.strike(payers)
    assert [payments(office, one) for one in orders] == [[4000]] * rounds, f"seed {SEED}"


@pytest.mark.parametrize("rounds", PARTIAL_ROUNDS)
def test_a_unit_is_never_both_paid_for_and_exchanged(
    office: Office, track: Track, storm: Storm, rounds: int
) -> None:
    payers, ends = storm.ward.start(pay, None), Counter[str]()
    for _ in range(rounds):
        order = office.order("paypal", 1)
        return_id = office.open(order)
        seen, choice = office.look(return_id, Method.GATEWAY_REFUND)
        settle, refuse = Settle(return_id, seen, choice, PEOPLE[0]), Reject(return_id, seen, PEOPLE[1])
        exchange = Ask(office.request(order, Wish.EXCHANGE, key=f"exchange-{order.id}"))
        won = {finish.won for finish in track.run(office.dice.sample([settle, refuse, exchange] * 2, 6))}
        ends["exchanged"] += any(one.count("-") == 1 for one in won)
        ends["settled"] += any(one.count("-") == 2 for one in won)
        storm.await_quiet(is_money)
        paid = payments(office, order.id)
        assert paid in ([], [PRICE]), f"seed {SEED}"
        assert not (paid and any(one.count("-") == 1 for one in won)), f"seed {SEED}: {won}"
    storm.ward.strike(payers)
    if rounds > 100:
        assert min(ends["exchanged"], ends["settled"]) > 0, ends


@pytest.mark.parametrize("rounds", EXCHANGE_ROUNDS, ids=str)
def test_of_an_exchange_and_a_refund_at_once_only_one_happens(
    office: Office, track: Track, storm: Storm, rounds: range
) -> None:
    """The ledger of the bank and the orders of the shop say which; never both, and never two orders."""
    payers, ends = storm.ward.start(pay, None), Counter[str]()
    for number in rounds:
        office.dice.seed(f"{SEED}-{number}")
        order = office.order("paypal", 1)
        return_id = office.open(order)
        seen, choice = office.look(return_id, Method.GATEWAY_REFUND)
        offer = office.offer(return_id)
        deeds: list[Deed] = [
            Settle(return_id, seen, choice, PEOPLE[0]),
            Choose(return_id, seen, offer, PEOPLE[1]),
        ]
        finishes = track.run(office.dice.sample(deeds * 4, 8))
        won = [finish.won for finish in finishes if finish.won]
        assert len(won) == 1, f"seed {SEED}-{number}: {won}"
        storm.await_quiet(is_money)
        storm.await_quiet(lambda one: one.kind in EXCHANGING)
        made = [one for one in office.sandbox.shop.state.orders.values() if one.parent_id == order.id]
        paid = payments(office, order.id)
        ends["exchanged" if made else "refunded"] += 1
        assert (paid, len(made)) in (([], 1), ([PRICE], 0)), (
            f"seed {SEED}-{number}: {paid} and {len(made)} orders"
        )
        assert all(one.status == "processing" for one in made), f"seed {SEED}-{number}"
    storm.ward.strike(payers)
    if len(rounds) > 100:
        assert min(ends["exchanged"], ends["refunded"]) > 0, ends


def judge_money(office: Office) -> None:
    """By the ledgers: each winner's way was paid once, no loser's, and no exchange."""
    broken = complaints(office, whole=False)
    broken += [f"an exchange was paid: order {one}" for one in office.exchanges if payments(office, one)]
    assert not broken, f"seed {SEED}: {broken}"
