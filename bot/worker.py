"""The threads of a worker: carry operations out until told to stop, and say that the worker lives."""

import logging
import threading

from bot.journal import Journal

log = logging.getLogger(__name__)

BEATS = 4  # renewals within one lease, so that a few may fail
AFTER_AN_ERROR = (0.5, 1.0, 2.0, 5.0)  # seconds to rest: a database that is away is not back in an instant


def run(journal: Journal, stop: threading.Event, wake: threading.Event, pause: float = 0.2) -> None:
    """Carry out operations until ``stop``; an error that is a bug is logged and does not end the worker."""
    swept, errors, worked = -journal.pace.sweep, 0, False
    while not stop.is_set():
        try:
            if journal.monotonic() - swept > journal.pace.sweep:
                swept = journal.monotonic()
                journal.take_over()
            worked = (worked or journal.is_any_due()) and journal.run_due()
            errors = 0
        except Exception:
            log.exception("an operation failed in an unforeseen way; its lease will free it")
            stop.wait(AFTER_AN_ERROR[min(errors, len(AFTER_AN_ERROR) - 1)])
            worked, errors = False, errors + 1
        if not worked:
            wake.wait(pause)
            wake.clear()


def beat(journal: Journal, stop: threading.Event) -> None:
    """Renew the worker's claims until ``stop``. A frozen or dead process does not, so its claims run out."""
    while not stop.wait(journal.pace.lease.total_seconds() / BEATS):
        try:
            journal.renew()
        except Exception:
            log.exception("the claims of this worker could not be renewed")
