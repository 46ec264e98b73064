"""When the clock of a return rings: its card changes colour, whoever has it is told, a quiet claim is let go.

Each row knows when it rings next. Whichever process finds it first does all of it in one transaction, so that
nobody is told twice; a ring that was missed comes late.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.cases import case_of, load_case
from bot.desk.changes import Change, an_operation, redraw
from bot.errors import NotFound
from bot.operations import Task
from bot.rules.case import ReturnCase
from bot.rules.clocks import next_ring
from store import journal, returns
from store.db import reading, writing

OVERTIME = "slack.overtime"
MOST = 500  # rings of one tick; the next one goes on
SHOWN = 10  # returns that are named when several ring for nobody
SOON = 3  # urgency: after what a person waits for


def ring(desk: Desk) -> None:
    """Do what is to be done for every clock that rings by now, and tell the channel of those nobody has."""
    with reading(desk.engine) as session:
        ringing = returns.ringing(session, desk.now(), MOST)
    nobodys = [return_id for return_id in ringing if _ring(desk, return_id)]
    if nobodys:
        with writing(desk.engine) as session:
            _tell_channel(desk, session, nobodys)


def keep_ring(session: Session, case: ReturnCase) -> None:
    """Keep when the case rings next, inside the caller's transaction."""
    returns.set_ring(session, case.return_id, next_ring(case))


def still_waiting(desk: Desk, task: Task) -> tuple[tuple[ReturnCase, ...], int]:
    """Of the returns that rang for nobody, the first that nobody has taken since, and how many there are."""
    waiting = []
    for return_id in task.payload["returns"]:
        try:
            case = load_case(desk, int(return_id))
        except NotFound:
            continue
        if case.owner is None and case.clock is not None and case.clock.warns(case.as_of):
            waiting.append(case)
    waiting.sort(key=lambda case: (_due(case), case.return_id))
    return tuple(waiting[:SHOWN]), len(waiting)


def _ring(desk: Desk, return_id: int) -> bool:
    """One ring, once. Returns whether the return waits for somebody to take it."""
    now = desk.now()
    with writing(desk.engine) as session:
        rma = returns.locked_with_order(session, return_id)
        if rma is None or rma.rings_at is None or rma.rings_at > now:
            return False
        change = Change(desk, session, rma, None, now)
        case = case_of(desk, session, rma)
        if case.free_at is not None and case.free_at <= now:
            case = _let_go(change, case)
        told = _tell_owner(change, case)
        rma.rings_at = next_ring(case)
        session.add(rma)
        redraw(session, return_id, now)
        return not told and case.clock is not None and case.clock.warns(now)


def _let_go(change: Change, case: ReturnCase) -> ReturnCase:
    """Nobody worked on it: whoever wants to may take it."""
    assert case.owner is not None
    rma = change.rma
    rma.owner_id, rma.owner_since, rma.version = None, None, rma.version + 1
    change.note("let_go", name=case.owner.name)
    change.tell_team(f"let-go-{rma.version}", "let_go", owner=case.owner.user_id)
    return replace(case, owner=None, owner_since=None, free_at=None)


def _tell_owner(change: Change, case: ReturnCase) -> bool:
    """Tell whoever has the return, once when it gets late and once when it is. False where nobody has it."""
    clock = case.clock
    if clock is None or not clock.warns(change.now) or case.owner is None:
        return case.owner is not None
    kind = "clock_over" if clock.is_over(change.now) else "clock_soon"
    key = f"{kind}-{clock.turn}-{clock.since:%Y%m%d%H%M%S}"
    change.tell_team(key, kind, owner=case.owner.user_id, turn=clock.turn, at=clock.due_at.isoformat())
    return True


def _tell_channel(desk: Desk, session: Session, return_ids: Sequence[int]) -> None:
    """One message for all that rang together."""
    channel = desk.settings.slack_channel
    payload = {"channel": channel, "returns": list(return_ids)}
    key = f"overtime/{return_ids[0]}/{desk.now():%Y%m%d%H%M%S}"
    lane = f"slack:overtime:{channel}"
    journal.plan(session, an_operation(key, OVERTIME, lane, payload, now=desk.now(), urgency=SOON))


def _due(case: ReturnCase) -> float:
    return case.clock.due_at.timestamp() if case.clock is not None else 0.0
