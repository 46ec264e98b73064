"""Every use case that a person starts, tried by all who may not. The list comes from the code itself."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

import bot.desk
from bot.desk import (
    Desk,
    conversation,
    decisions,
    exchange,
    exchange_facts,
    homes,
    inspection,
    intake,
    resolution,
)
from bot.desk.access import STALE, Operator, find_operator
from bot.desk.exchange import ExchangeOffer
from bot.desk.inspection import Arrival
from bot.desk.intake import NewReturn, WantedItem
from bot.desk.outgoing import OutgoingMessage
from bot.desk.reconciliation_rows import Keeper
from bot.errors import NotAllowed
from bot.rules.difference import Found
from bot.rules.exchange import Replacement, Returned, Swap, write_exchange_bill
from bot.rules.exchange_flow import ExchangeFacts, PaymentRequest, PaymentState
from bot.rules.proposal import default_choice
from bot.rules.talk import ChosenFile
from bot.rules.views import Filter
from store.db import open_engine, reading, writing
from store.models import Difference, Member, Operation, Resolution
from store.money import Money
from store.terms import (
    DifferenceKind,
    Method,
    OperationState,
    PersonKind,
    Reason,
    ResolutionStatus,
    Source,
    Wish,
)
from tests.conftest import SqliteFiles
from tests.world import ALICE, BOB, World, a_world

UseCase = Callable[..., object]
READERS = frozenset(
    {"homes.load_home", "homes.load_search", "homes.load_views"}
)  # what is shown to one person
FOUNDATIONS = ("bot.desk.access", "bot.desk.changes")  # what use cases are made of


def use_cases() -> dict[str, UseCase]:
    """Every public function of the desk that is handed an operator."""
    found: dict[str, UseCase] = {}
    for info in pkgutil.iter_modules(bot.desk.__path__, "bot.desk."):
        module = import_module(info.name)
        if info.name in FOUNDATIONS:
            continue
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == info.name and not name.startswith("_")
            if own and any(
                _is_operator(one.annotation) for one in inspect.signature(function).parameters.values()
            ):
                found[f"{info.name.rpartition('.')[2]}.{name}"] = function
    return found


def _is_operator(annotation: object) -> bool:
    return annotation is Operator or Operator in get_args(annotation)


@dataclass
class Stage:
    """A return on which every use case could be carried out by somebody who may."""

    world: World
    return_id: int
    order_id: int
    line_id: int

    @property
    def version(self) -> int:
        return self.world.case(self.return_id).version

    @property
    def resolution_id(self) -> int:
        resolutions = self.world.case(self.return_id).resolutions
        return resolutions[0].resolution_id if resolutions else 1

    @property
    def difference_id(self) -> int:
        with reading(self.world.desk.engine) as session:
            rows = session.exec(select(Difference).where(Difference.order_id == self.order_id)).all()
            return rows[0].id or 0 if rows else 1


def a_stage(world: World) -> Stage:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 3))
    line = order.of_kind("line_item")[0].id
    return Stage(world, world.open(order, units={line: 2}), order.id, line)


def asked(stage: Stage) -> None:
    decisions.ask(stage.world.desk, stage.return_id, BOB, "Which size?")


def written_to_us(stage: Stage) -> None:
    conversation.customer_says(stage.world.desk, stage.return_id, "Hello?", "form")


def closed(stage: Stage) -> None:
    decisions.cancel(stage.world.desk, stage.return_id, BOB, stage.version, "a mistake")


def arrived(stage: Stage) -> None:
    inspection.receive(stage.world.desk, stage.return_id, BOB, (Arrival(stage.line_id, 2),))


def given_up(stage: Stage) -> None:
    """Bob's refund was sent, and the evidence does not tell what became of it."""
    arrived(stage)
    case = stage.world.case(stage.return_id)
    resolution.resolve(stage.world.desk, stage.return_id, BOB, case.version, default_choice(case))
    with writing(stage.world.desk.engine) as session:
        row = session.get_one(Resolution, stage.resolution_id)
        wanted = select(Operation).where(Operation.resolution_id == row.id)
        operation = session.exec(wanted).one()
        row.status, operation.state = ResolutionStatus.IN_DOUBT, OperationState.GIVEN_UP
        session.add_all([row, operation])


def disagreed(stage: Stage) -> None:
    """The books of the order do not agree."""
    shop = Money(100, "EUR")
    found = Found(DifferenceKind.OVER_REFUNDED, str(stage.order_id), Money.zero("EUR"), shop)
    with writing(stage.world.desk.engine) as session:
        Keeper(stage.world.desk, session, stage.world.desk.now()).see(found, stage.order_id)


def offered(stage: Stage) -> ExchangeOffer:
    """Two mugs for two others at 40.00."""
    returned = Returned(stage.line_id, 1, 0, 2, Money(6600, "EUR"))
    swap = Swap(returned, Replacement(2, 0, "Mug, blue", 2, Money(3300, "EUR")))
    bill = write_exchange_bill((swap,), minimum=Money(50, "EUR"))
    return ExchangeOffer((), (swap,), bill, {})


def credited(stage: Stage) -> None:
    """Bob gave store credit, and the coupon is made."""
    arrived(stage)
    case = stage.world.case(stage.return_id)
    choice = replace(default_choice(case), method=Method.STORE_CREDIT)
    resolution.resolve(stage.world.desk, stage.return_id, BOB, case.version, choice)
    stage.world.work()


def chosen(stage: Stage) -> None:
    case = stage.world.case(stage.return_id)
    exchange.choose_exchange(stage.world.desk, stage.return_id, BOB, case.version, offered(stage))


def paid_too_late(stage: Stage) -> None:
    """Money came for an exchange that is not to be paid any more."""
    chosen(stage)
    now, amount = stage.world.clock(), Money(3000, "EUR")
    payment = PaymentRequest(1, amount, "cs_1", "", now, now, state=PaymentState.PAID, stray=True)
    with writing(stage.world.desk.engine) as session:
        row = session.get_one(Resolution, stage.resolution_id)
        stray = replace(payment, paid=amount, payment_intent="pi_1", paid_at=now)
        exchange_facts.keep_facts(row, ExchangeFacts(payments=(stray,)))
        session.add(row)


def kept(stage: Stage) -> None:
    for name in ("late", "mine"):
        homes.keep_view(stage.world.desk, ALICE, name, "received")


def nothing(_stage: Stage) -> None:
    return


BEFORE: Mapping[str, Callable[[Stage], None]] = {
    "credits_people.resend_credit": credited,
    "credits_people.revoke_credit": credited,
    "exchange.cancel_exchange": chosen,
    "exchange.try_exchange_again": chosen,
    "exchange.give_stray_back": paid_too_late,
    "homes.load_views": kept,
    "homes.forget_views": kept,
    "decisions.answered": asked,
    "decisions.need_no_answer": written_to_us,
    "decisions.reopen": closed,
    "resolution.resolve": arrived,
    "resolution.allow_one_more": given_up,
    "resolution.confirm_done": given_up,
    "reconciliation_rows.look_into": disagreed,
    "reconciliation_rows.settle_difference": disagreed,
}


def arguments(function: UseCase, stage: Stage, by: Operator) -> dict[str, Any]:
    """Good values for each parameter, by its name; a new name has to be added here."""
    case = stage.world.case(stage.return_id)
    request = NewReturn(
        stage.order_id, Source.STAFF, "rights", Wish.REFUND, (WantedItem(stage.line_id, 1, Reason.OTHER),)
    )
    known = {
        "desk": stage.world.desk,
        "return_id": stage.return_id,
        "order_id": stage.order_id,
        "resolution_id": stage.resolution_id,
        "difference_id": stage.difference_id,
        "note": "the bank's page says so",
        "which": Filter.STATE,
        "words": "approved",
        "search": "pending",
        "name": "mine",
        "names": ["mine"],
        "cursor": "o5.1",
        "by": by,
        "case": case,
        "seen": stage.version,
        "to": "U02BOB",
        "reason": "because",
        "text": "words",
        "evidence": "re_1",
        "tracking_number": "6A1",
        "link": "https://labels.example/1.pdf",
        "cost": "5.10",
        "tracking": "6A1",
        "new_end": stage.world.clock().date() + timedelta(days=100),
        "offer": offered(stage),
        "reference": f"{case.number}-R1",
        "number": 1,
        "arrivals": (Arrival(stage.line_id, 1),),
        "choice": default_choice(case),
        "outgoing": OutgoingMessage("words", (ChosenFile("F1", "a.jpg"),)),
        "key": "delivery-1",
        "request": request,
    }
    parameters = inspect.signature(function).parameters.values()
    missing = [one.name for one in parameters if one.default is one.empty and one.name not in known]
    assert not missing, f"say here what {function.__name__} is to be called with: {missing}"
    return {one.name: known[one.name] for one in parameters if one.name in known}


def everything(desk: Desk) -> dict[str, list[Any]]:
    """Every row of every table."""
    with desk.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
        }


KINDS = ["guest", "stranger", "bot", "deactivated", "not in the group", "unknown", "not looked up for long"]


def somebody(desk: Desk, kind: str) -> Operator:
    """A person as the doors find them, who may not act."""
    row = Member(
        user_id="U77", team_id="T01", name="Zoe", kind=PersonKind.MEMBER, in_group=True, checked_at=desk.now()
    )
    if kind in set(PersonKind):
        row.kind = PersonKind(kind)
    elif kind == "not in the group":
        row.in_group = False
    elif kind == "not looked up for long":
        row.checked_at = desk.now() - STALE - timedelta(seconds=5)
    if kind != "unknown":
        with writing(desk.engine) as session:
            session.merge(row)
    return find_operator(desk, "U77")


@pytest.fixture(scope="module")
def stages(databases: Callable[[str], SqliteFiles]) -> Iterator[Mapping[str, Stage]]:
    """One world with the return each use case would be good for."""
    engine: Engine = open_engine(databases("sqlite").migrated())
    with a_world(engine) as world:
        made = {}
        for name in use_cases():
            made[name] = a_stage(world)
            BEFORE.get(name, nothing)(made[name])
        yield made
    engine.dispose()


def test_the_use_cases_are_found() -> None:
    found = use_cases()
    assert len(found) >= 15
    for function in (
        decisions.take,
        decisions.extend,
        inspection.receive,
        intake.open_return,
        resolution.resolve,
    ):
        assert function in found.values()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", use_cases())
def test_who_may_not_act_changes_nothing(stages: Mapping[str, Stage], name: str, kind: str) -> None:
    stage, function = stages[name], use_cases()[name]
    person = somebody(stage.world.desk, kind)
    assert person.refusal
    call, before = arguments(function, stage, person), everything(stage.world.desk)
    with pytest.raises(NotAllowed) as told:
        function(**call)
    assert told.value.message == person.refusal
    assert everything(stage.world.desk) == before
    with writing(stage.world.desk.engine) as session:
        row = session.get(Member, "U77")
        if row is not None:
            session.delete(row)


@pytest.mark.parametrize("name", use_cases())
def test_who_may_act_does_change_something(stages: Mapping[str, Stage], name: str) -> None:
    """Otherwise the refusals above would prove nothing. Runs last: it uses the returns up."""
    stage, function = stages[name], use_cases()[name]
    before = everything(stage.world.desk)
    told = function(**arguments(function, stage, find_operator(stage.world.desk, ALICE.user_id)))
    assert told if name in READERS else everything(stage.world.desk) != before


def test_a_right_is_trusted_for_half_an_hour(world: World) -> None:
    assert not find_operator(world.desk, ALICE.user_id).refusal
    world.clock.pass_(minutes=29)
    assert not find_operator(world.desk, ALICE.user_id).refusal
    world.clock.pass_(minutes=2)
    assert "confirmed a while ago" in find_operator(world.desk, ALICE.user_id).refusal
    with reading(world.desk.engine) as session:
        assert session.get_one(Member, ALICE.user_id).in_group
