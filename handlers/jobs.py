"""What runs by the clock, by name. Each job writes operations down; the worker carries them out."""

from functools import partial

from bot.desk import Desk
from bot.desk.clocks import ring
from bot.desk.days import plan_new_day
from bot.desk.digest import plan_digest
from bot.desk.lists import sum_up
from bot.desk.orders import plan_poll
from bot.desk.photos import sweep_photos
from bot.desk.reconciliation import plan_round
from bot.desk.reconciliation_days import plan_days
from bot.desk.reconciliation_webhooks import plan_news_check
from bot.desk.retention import forget_old_customers, forget_what_was_typed
from bot.desk.search import index_missing
from bot.scheduler import Job
from handlers.slack.people import plan_look_up

PEOPLE_EVERY = 300
NEWS_EVERY = 600
DAY_EVERY = 300
DIGEST_EVERY = 60
CLOCKS_EVERY = 60
PHOTOS_EVERY = 3600
TYPED_EVERY = 60
OLD_EVERY = 3600
COUNTS_EVERY = 60
BOOKS_EVERY = 300  # asks often and is answered once an hour or once a day: a restart must not skip either


def jobs(desk: Desk) -> tuple[Job, ...]:
    """Every job of the clock."""
    return (
        Job("look up who may act", PEOPLE_EVERY, partial(plan_look_up, desk)),
        Job("ask the shop what changed", desk.settings.poll_seconds, partial(plan_poll, desk)),
        Job("ask whether the shop still tells", NEWS_EVERY, partial(plan_news_check, desk)),
        Job("compare the books each hour", BOOKS_EVERY, partial(plan_round, desk)),
        Job("draw what the new day changes", DAY_EVERY, partial(plan_new_day, desk)),
        Job("post the digest when it is due", DIGEST_EVERY, partial(plan_digest, desk)),
        Job("ring the clocks of returns", CLOCKS_EVERY, partial(ring, desk)),
        Job("make old returns findable", PEOPLE_EVERY, partial(index_missing, desk)),
        Job("sum up how many there are", COUNTS_EVERY, partial(sum_up, desk)),
        Job("remove photos nobody sent", PHOTOS_EVERY, partial(sweep_photos, desk)),
        Job("forget what was typed", TYPED_EVERY, partial(forget_what_was_typed, desk)),
        Job("forget customers of long ago", OLD_EVERY, partial(forget_old_customers, desk)),
        Job("total the books each night", BOOKS_EVERY, partial(plan_days, desk)),
    )
