"""What to do when cards cannot be written where they live: wait, ask again, and tell the team once a day."""

import logging
from collections.abc import Mapping

from sqlmodel import Session, select

from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.errors import GatewayError, Refused, Unreachable
from bot.i18n import N_, Words
from handlers.slack.click import ANSWER
from store import journal, marks
from store.db import writing
from store.models import Member
from store.terms import PersonKind

log = logging.getLogger(__name__)

AGAIN = 60.0  # seconds from one try to the next: a channel that is back shall not wait for long
MOST_TOLD = 20
MARK = "slack.homeless"

# Slack's words for a channel that does not take the desk's messages, and what people can do about each.
CLOSED: Mapping[str, str] = {
    "is_archived": N_("it is archived"),
    "not_in_channel": N_("I was removed from it; type /invite @Returns Desk there"),
    "channel_not_found": N_("I cannot see it any more; type /invite @Returns Desk there"),
    "restricted_action": N_("its settings do not let me write there"),
    "restricted_action_read_only_channel": N_("its settings do not let me write there"),
}


def waiting(desk: Desk, channel: str, error: Refused) -> GatewayError:
    """The error to raise: where a channel takes nothing now, what was to be said waits for it."""
    if error.code not in CLOSED:
        return error
    log.warning("channel %s takes no messages (%s); they wait", channel, error.code)
    tell_team(desk, channel, error.code)
    return Unreachable(error.detail, code=error.code, retry_after=AGAIN)


def tell_team(desk: Desk, channel: str, code: str) -> None:
    """Tell those who may act, in their own messages, once a day for each reason."""
    told = f"{channel} {code} {desk.now():%Y-%m-%d}"
    with writing(desk.engine) as session:
        if marks.read(session, MARK) == told:
            return
        marks.write(session, MARK, told)
        for member in _team(session):
            words = Words(member.language, desk.settings.timezone)
            _tell(desk, session, member, channel, _text(words, channel, code))


def _team(session: Session) -> list[Member]:
    may_act = select(Member).where(Member.in_group, Member.kind == PersonKind.MEMBER)
    return list(session.exec(may_act.order_by(Member.user_id).limit(MOST_TOLD)))


def _text(words: Words, channel: str, code: str) -> str:
    return words(
        "I cannot write into the returns channel <#{channel}>: {why}. Cards wait until I can; returns and "
        "refunds go on.",
        channel=channel,
        why=words(CLOSED[code]),
    )


def _tell(desk: Desk, session: Session, member: Member, channel: str, text: str) -> None:
    payload = {"channel": channel, "user": member.user_id, "text": text}
    key = f"homeless/{desk.now():%Y-%m-%d/%H%M%S}/{member.user_id}"
    operation = an_operation(key, ANSWER, "slack:answers", payload, now=desk.now(), urgency=0)
    journal.plan_again(session, operation)
