"""create_worker(desk): the journal with everybody who performs, and the clock that asks for more."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from slack_sdk import WebClient
from sqlalchemy.exc import OperationalError

from bot.desk import Desk
from bot.desk.changes import CARD, THREAD
from bot.desk.clocks import OVERTIME
from bot.desk.digest import DIGEST
from bot.desk.erasure import SLACK
from bot.desk.outgoing import SENDING
from bot.desk.performers import shop_performers
from bot.desk.photo_thread import PHOTOS
from bot.desk.reconciliation import books_performers
from bot.desk.reconciliation_rows import DIFFERENCE
from bot.journal import Journal
from bot.operations import Performer
from bot.pace import Pace
from bot.scheduler import open_scheduler
from bot.worker import beat, run
from handlers import jobs
from handlers.slack import erasing, errands, photos, posts, staff_photos
from handlers.slack.calls import open_client
from handlers.slack.click import ANSWER
from handlers.slack.commands import EXTEND, NEW
from handlers.slack.differences import draw_difference
from handlers.slack.digest import SHOW, post_digest, show_digest
from handlers.slack.exchange_offers import PRICE, show_offer
from handlers.slack.finding import FIND, answer_message
from handlers.slack.home import HOME, publish_home
from handlers.slack.lists import TURN, show_page
from handlers.slack.notices import post_overtime
from handlers.slack.people import PEOPLE, perform_look_up, plan_look_up
from handlers.slack.report import REPORT, show_report
from handlers.slack.sharing import SHARE, post_list

log = logging.getLogger(__name__)

THREADS = 4
FOR_SLACK = 2  # of their own: a shop that hangs may hold all the others for more than a minute


@dataclass(frozen=True)
class Worker:
    """Carries operations out in a few threads, and lets the clock tick, until told to stop."""

    desk: Desk
    journal: Journal
    wake: threading.Event = field(default_factory=threading.Event)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what is under way is finished first."""
        self._look_up_people()
        scheduler = open_scheduler(jobs.jobs(self.desk), self.desk.settings.timezone)
        scheduler.start()
        threads = [
            threading.Thread(target=run, args=(one, stop, self.wake), name=f"worker-{number}")
            for number, one in enumerate([self.journal] * THREADS + [for_slack(self.journal)] * FOR_SLACK)
        ]
        threads.append(threading.Thread(target=beat, args=(self.journal, stop), name="heartbeat"))
        for thread in threads:
            thread.start()
        log.info("the worker is at work, with %s threads", THREADS + FOR_SLACK)
        stop.wait()
        scheduler.shutdown(wait=False)
        self.wake.set()
        for thread in threads:
            thread.join()

    def _look_up_people(self) -> None:
        """Know at once who may act; a database that is held just now is no reason not to start."""
        try:
            plan_look_up(self.desk)
        except OperationalError:
            log.warning("the database does not answer; who may act is looked up at the next tick")


def create_worker(desk: Desk, client: WebClient | None = None) -> Worker:
    """The worker of this process; any number of processes may run one each."""
    return Worker(desk, create_journal(desk, client or open_client(desk.settings)))


def create_journal(desk: Desk, client: WebClient) -> Journal:
    """The journal and who performs each kind of operation."""
    quiet = timedelta(minutes=desk.settings.quiet_minutes)
    return Journal(desk.engine, desk.clock, performers(desk, client), Pace(quiet=quiet))


def for_slack(journal: Journal) -> Journal:
    """The same journal for threads that do nothing but talk to Slack."""
    talking = {kind: one for kind, one in journal.performers.items() if kind.startswith("slack.")}
    return replace(journal, performers=talking)


def performers(desk: Desk, client: WebClient) -> Mapping[str, Performer]:
    """Kind of operation to how it is carried out."""
    return {
        **shop_performers(desk),
        **books_performers(desk),
        CARD: Performer(partial(posts.draw_card, desk, client), overwrites=True),
        THREAD: Performer(partial(posts.post_in_thread, desk, client)),
        PHOTOS: Performer(partial(photos.show, desk, client), prepare=partial(photos.bring, desk, client)),
        SENDING: Performer(partial(staff_photos.send, desk, client)),
        ANSWER: Performer(partial(posts.answer, desk, client)),
        PEOPLE: Performer(partial(perform_look_up, desk, client)),
        NEW: Performer(partial(errands.fill_new_return, desk, client)),
        EXTEND: Performer(partial(errands.extend, desk, client)),
        PRICE: Performer(partial(show_offer, desk, client)),
        DIFFERENCE: Performer(partial(draw_difference, desk, client), overwrites=True),
        DIGEST: Performer(partial(post_digest, desk, client)),
        OVERTIME: Performer(partial(post_overtime, desk, client)),
        SHOW: Performer(partial(show_digest, desk, client)),
        REPORT: Performer(partial(show_report, desk, client)),
        SLACK: Performer(partial(erasing.erase_thread, desk, client)),
        HOME: Performer(partial(publish_home, desk, client), overwrites=True),
        FIND: Performer(partial(answer_message, desk, client)),
        SHARE: Performer(partial(post_list, desk, client)),
        TURN: Performer(partial(show_page, desk)),
    }
