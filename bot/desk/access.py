"""Who may act. Asked by every use case that changes something, whatever the buttons showed."""

from dataclasses import dataclass
from datetime import timedelta

from bot.desk import Desk
from bot.errors import NotAllowed
from bot.i18n import N_
from bot.rules.case import Person
from store.db import reading
from store.models import Member
from store.terms import PersonKind

STALE = timedelta(minutes=30)  # a right that was not looked up again for so long is not trusted

REFUSALS = {
    PersonKind.GUEST: N_("Guests can follow returns but not decide on them. Ask a full member of the team."),
    PersonKind.STRANGER: N_("Only people of this workspace can decide on returns."),
    PersonKind.BOT: N_("Apps cannot decide on returns; a person has to."),
    PersonKind.DEACTIVATED: N_("This account is deactivated and cannot decide on returns."),
}


@dataclass(frozen=True)
class Operator:
    """Who acts, in which language they are answered, and why they may not act (empty: they may)."""

    user_id: str
    name: str = ""
    language: str = "en"
    timezone: str = "UTC"
    refusal: str = ""
    unknown: bool = False

    @property
    def person(self) -> Person:
        """How history and cards name them."""
        return Person(self.user_id, self.name or self.user_id)


def find_operator(desk: Desk, user_id: str) -> Operator:
    """The person behind a click as last looked up; the one who is not known yet may do nothing."""
    with reading(desk.engine) as session:
        member = session.get(Member, user_id)
    if member is None:
        refusal = N_("I do not know you yet and have just asked Slack. Please try again in a few seconds.")
        return Operator(user_id, language=desk.settings.language, refusal=refusal, unknown=True)
    return Operator(user_id, member.name, member.language, member.timezone, _refusal(desk, member))


def require(operator: Operator) -> Operator:
    """The operator, or NotAllowed with the reason."""
    if operator.refusal:
        raise NotAllowed(operator.refusal)
    return operator


def _refusal(desk: Desk, member: Member) -> str:
    if member.kind is not PersonKind.MEMBER:
        return REFUSALS[member.kind]
    if not member.in_group:
        return N_("Only the returns team can decide on returns. Ask an admin to add you to it.")
    if desk.now() - member.checked_at > STALE:
        return N_("Your rights were last confirmed a while ago and Slack does not answer. Try again soon.")
    return ""
