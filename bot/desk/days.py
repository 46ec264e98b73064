"""What a new day changes on cards that nothing else has changed: what was due is due now, or overdue."""

from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.desk.changes import CARD, IN_THE_BACKGROUND
from store import journal, marks, returns
from store.db import writing

MARK = "cards.day"


def plan_new_day(desk: Desk) -> None:
    """Want the card of every open return looked at, once a day; one that looks the same stays as it is."""
    day = desk.now().astimezone(ZoneInfo(desk.settings.timezone)).date().isoformat()
    with writing(desk.engine) as session:
        if marks.read(session, MARK) == day:
            return
        marks.write(session, MARK, day)
        now = desk.now()
        journal.want_again(session, CARD, returns.open_ones(), now=now, urgency=IN_THE_BACKGROUND)
