"""The clock of the desk: APScheduler ticks, and each tick only writes operations down.

Every process may tick. What must happen once has a key in the database, so that the number of processes,
a restart or a change of the clock does not matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger


@dataclass(frozen=True)
class Job:
    """Something the clock asks for every ``seconds``; ``ask`` must be quick and safe to repeat."""

    name: str
    seconds: int
    ask: Callable[[], None]


def open_scheduler(jobs: Sequence[Job], timezone: str) -> BackgroundScheduler:
    """A scheduler that runs ``jobs`` from memory: a late run is made up for once, never skipped."""
    scheduler = BackgroundScheduler(
        timezone=timezone,
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    for job in jobs:
        scheduler.add_job(job.ask, IntervalTrigger(seconds=job.seconds), id=job.name, name=job.name)
    return scheduler
