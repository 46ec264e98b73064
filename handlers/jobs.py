"""What runs by the clock, by name. Each job writes operations down; the worker carries them out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.desk.orders import is_known, plan_refresh
from bot.operations import Task
from bot.scheduler import Job
from handlers.slack.people import plan_look_up
from store import journal, marks
from store.db import reading, writing

POLL = "shop.poll"
PEOPLE_EVERY = 300
OVERLAP = timedelta(minutes=10)  # the shop's clock and the desk's need not agree to the second


def jobs(desk: Desk) -> tuple[Job, ...]:
    """Every job of the clock."""
    return (
        Job("look up who may act", PEOPLE_EVERY, partial(plan_look_up, desk)),
        Job("ask the shop what changed", desk.settings.poll_seconds, partial(plan_poll, desk)),
    )


def plan_poll(desk: Desk) -> None:
    """Want the shop asked which orders changed: webhooks are hints, this is the truth."""
    operation = an_operation("poll", POLL, "shop:poll", {}, now=desk.now())
    with writing(desk.engine) as session:
        journal.plan_again(session, operation)


def perform_poll(desk: Desk, _task: Task) -> Mapping[str, Any]:
    """Carry out ``shop.poll``: read again every order of ours that the shop touched since the last time."""
    started = desk.now()
    with reading(desk.engine) as session:
        mark = marks.read(session, POLL)
    since = datetime.fromisoformat(mark) if mark else started
    changed = [order.order_id for order in desk.shop.changed_orders(since - OVERLAP)]
    known = [order_id for order_id in dict.fromkeys(changed) if is_known(desk, order_id)]
    for order_id in known:
        plan_refresh(desk, order_id)
    with writing(desk.engine) as session:
        marks.write(session, POLL, started.isoformat())
    return {"changed": len(changed), "known": len(known)}
