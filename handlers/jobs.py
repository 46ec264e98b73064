"""What runs by the clock, by name. Each job writes operations down; the worker carries them out."""

from functools import partial

from bot.desk import Desk
from bot.desk.days import plan_new_day
from bot.desk.orders import plan_poll
from bot.desk.reconciliation import plan_round
from bot.desk.reconciliation_days import plan_days
from bot.desk.reconciliation_webhooks import plan_news_check
from bot.scheduler import Job
from handlers.slack.people import plan_look_up

PEOPLE_EVERY = 300
NEWS_EVERY = 600
DAY_EVERY = 300
BOOKS_EVERY = 300  # asks often and is answered once an hour or once a day: a restart must not skip either


def jobs(desk: Desk) -> tuple[Job, ...]:
    """Every job of the clock."""
    return (
        Job("look up who may act", PEOPLE_EVERY, partial(plan_look_up, desk)),
        Job("ask the shop what changed", desk.settings.poll_seconds, partial(plan_poll, desk)),
        Job("ask whether the shop still tells", NEWS_EVERY, partial(plan_news_check, desk)),
        Job("compare the books each hour", BOOKS_EVERY, partial(plan_round, desk)),
        Job("draw what the new day changes", DAY_EVERY, partial(plan_new_day, desk)),
        Job("total the books each night", BOOKS_EVERY, partial(plan_days, desk)),
    )
