"""create_worker(desk): the journal with everybody who performs, and the clock that asks for more."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from slack_sdk import WebClient

from bot import resolutions
from bot.desk import Desk, steps
from bot.desk.changes import CARD, NOTE, ORDER, THREAD
from bot.desk.notes import perform_note
from bot.desk.orders import perform_refresh
from bot.journal import Journal, run
from bot.operations import Performer
from bot.resolutions.booking import Books
from bot.resolutions.restocking import Shelf
from bot.resolutions.store_credit import Credits
from bot.scheduler import open_scheduler
from handlers import jobs
from handlers.slack import posts
from handlers.slack.calls import open_client
from handlers.slack.people import PEOPLE, perform_look_up, plan_look_up

THREADS = 4  # a shop that takes a minute to answer must not keep the cards waiting


@dataclass(frozen=True)
class Worker:
    """Carries operations out in a few threads, and lets the clock tick, until told to stop."""

    desk: Desk
    journal: Journal
    wake: threading.Event = field(default_factory=threading.Event)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what is under way is finished first."""
        plan_look_up(self.desk)
        scheduler = open_scheduler(jobs.jobs(self.desk), self.desk.settings.timezone)
        scheduler.start()
        threads = [
            threading.Thread(target=run, args=(self.journal, stop, self.wake), name=f"worker-{number}")
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        scheduler.shutdown(wait=False)
        self.wake.set()
        for thread in threads:
            thread.join()


def create_worker(desk: Desk, client: WebClient | None = None) -> Worker:
    """The worker of this process; any number of processes may run one each."""
    return Worker(desk, create_journal(desk, client or open_client(desk.settings)))


def create_journal(desk: Desk, client: WebClient) -> Journal:
    """The journal and who performs each kind of operation."""
    quiet = timedelta(minutes=desk.settings.quiet_minutes)
    return Journal(desk.engine, desk.clock, performers(desk, client), quiet)


def performers(desk: Desk, client: WebClient) -> Mapping[str, Performer]:
    """Kind of operation to how it is carried out."""
    return {**_money(desk), **_shop(desk), **_slack(desk, client)}


def _money(desk: Desk) -> Mapping[str, Performer]:
    books = Books(desk.shop, desk.payments)
    credits_ = Credits(desk.shop, desk.settings.secret_key.get_secret_value())
    shelf = Shelf(desk.shop)
    settle = partial(steps.settle, desk)
    booking = Performer(books.send, settle, books.prepare, books.probe)
    return {
        resolutions.REFUND: booking,
        resolutions.BOOK: booking,
        resolutions.COUPON: Performer(credits_.send, settle, None, credits_.probe),
        resolutions.RESTOCK: Performer(shelf.send, settle, shelf.prepare, shelf.probe),
    }


def _shop(desk: Desk) -> Mapping[str, Performer]:
    return {
        NOTE: Performer(partial(perform_note, desk)),
        ORDER: Performer(partial(perform_refresh, desk)),
        jobs.POLL: Performer(partial(jobs.perform_poll, desk)),
    }


def _slack(desk: Desk, client: WebClient) -> Mapping[str, Performer]:
    return {
        CARD: Performer(partial(posts.draw_card, desk, client)),
        THREAD: Performer(partial(posts.post_in_thread, desk, client)),
        posts.ANSWER: Performer(partial(posts.answer, desk, client)),
        posts.VIEW: Performer(partial(posts.fill_view, desk, client)),
        PEOPLE: Performer(partial(perform_look_up, desk, client)),
    }
