"""What runs by the clock, by name. Each job writes operations down; the worker carries them out."""

from functools import partial

from bot.desk import Desk
from bot.desk.orders import plan_poll
from bot.scheduler import Job
from handlers.slack.people import plan_look_up

PEOPLE_EVERY = 300


def jobs(desk: Desk) -> tuple[Job, ...]:
    """Every job of the clock."""
    return (
        Job("look up who may act", PEOPLE_EVERY, partial(plan_look_up, desk)),
        Job("ask the shop what changed", desk.settings.poll_seconds, partial(plan_poll, desk)),
    )
