"""One look at a store credit: who used it, what is left, the coupon set to that. It may be repeated.

The order of the steps is what makes it safe. The coupon's count is read first, the orders after it, and the
coupon may then be used once more than that count: whoever uses it meanwhile shuts it by doing so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.credits import SOON, is_expired
from bot.desk.credits_gift import look_at_gift_card
from bot.desk.credits_news import Story
from bot.desk.credits_uses import users_of, write_uses
from bot.errors import Unreachable
from bot.gateways.credit_uses import UsingOrder
from bot.gateways.nouns import Coupon
from bot.operations import Outcome, Task
from bot.resolutions.store_credit import code_of
from bot.rules.credit import Use, balance, next_limit
from store import credits as records
from store import returns
from store.credit_models import StoredCredit
from store.db import reading, writing
from store.models import Operation
from store.money import Money
from store.terms import OperationState

WATCHED, QUIET = timedelta(hours=1), timedelta(days=1)  # from look to look: with orders that used it, without


@dataclass(frozen=True)
class Seen:
    """What the shop showed: the coupon first, then the orders; ``at`` is when the look began."""

    coupon: Coupon | None
    users: Mapping[int, UsingOrder | None]
    at: datetime


@dataclass(frozen=True)
class Target:
    """What the coupon is to be: its amount, and how often it may be used in all."""

    amount: Money
    limit: int


def perform_balance(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``shop.credit_balance``. Raises Unreachable, Refused or OutcomeUnknown."""
    credit_id, started = int(task.payload["credit_id"]), desk.now()
    with reading(desk.engine) as session:
        credit = session.get_one(StoredCredit, credit_id)
    if credit.gift_card_id is not None:
        return look_at_gift_card(desk, task, credit)
    coupon = _coupon(desk, credit)
    seen = Seen(coupon, users_of(desk, credit), started)
    with writing(desk.engine) as session:
        target = _decide(desk, session, credit_id, seen)
    if coupon is None or target is None:
        return {"gone": True}
    if (coupon.amount, coupon.usage_limit) != (target.amount, target.limit):
        task.guard()
        coupon = desk.shop.set_balance(coupon.coupon_id, target.amount, target.limit)
    with writing(desk.engine) as session:
        _conclude(desk, session, credit_id, coupon, target)
    return {"left": target.amount.minor, "limit": target.limit, "used": coupon.usage_count}


def hold_credit(session: Session, operation: Operation) -> None:
    """Lock the return whose credit an operation looks at, and its order."""
    known = session.get_one(StoredCredit, int(operation.payload["credit_id"]))
    returns.locked_with_order(session, known.return_id)


def settle_balance(desk: Desk, session: Session, operation: Operation, outcome: Outcome) -> None:
    """What the shop refuses outright is told to the team; the next look tries again."""
    if outcome.state is OperationState.REFUSED:
        story = Story.of(desk, session, int(operation.payload["credit_id"]))
        story.stuck(outcome.values.get("text", outcome.message))


def _coupon(desk: Desk, credit: StoredCredit) -> Coupon | None:
    if credit.coupon_id is not None:
        return desk.shop.read_coupon(credit.coupon_id)
    return desk.shop.find_coupon(code_of(credit.reference, desk.settings.secret_key.get_secret_value()))


def _decide(
    desk: Desk,
    session: Session,
    credit_id: int,
    seen: Seen,
) -> Target | None:
    """Write down what was seen, and what the coupon has to become; None where there is no coupon any more."""
    story = Story.of(desk, session, credit_id)
    credit = story.credit
    coupon, started = seen.coupon, seen.at
    if credit.looked_at is not None and credit.looked_at > started:
        raise Unreachable("somebody looked at this credit later than this worker did")
    uses = write_uses(desk, session, story, seen.users, started)
    found = balance(credit.decided_minor, uses)
    moved = credit.balance_minor != found.left
    credit.looked_at, credit.look_after = started, started + _pause(uses, moved=moved)
    story.tell_overspent(found.over)
    if coupon is None:
        story.gone()
        story.save()
        return None
    credit.coupon_id = coupon.coupon_id
    left = 0 if _is_off(story, coupon, uses) else found.left
    credit.balance_minor = left
    if is_expired(credit, started.astimezone(desk.words.timezone).date()):
        story.expired()
    story.save(changed=moved)
    amount = Money(left, credit.currency)
    return Target(amount, next_limit(coupon.usage_count, open_for_use=left > 0))


def _pause(uses: tuple[Use, ...], *, moved: bool) -> timedelta:
    """A count may follow its order by a moment, so what moved is looked at again soon."""
    return SOON if moved else WATCHED if uses else QUIET


def _is_off(story: Story, coupon: Coupon, uses: tuple[Use, ...]) -> bool:
    """Whether the credit is taken back, which only an unused one can be (rule R5)."""
    credit = story.credit
    if credit.revoke_asked_by is None:
        return False
    if coupon.usage_count > 0 or any(use.held for use in uses):
        story.not_revoked()
        return False
    return True


def _conclude(desk: Desk, session: Session, credit_id: int, coupon: Coupon, target: Target) -> None:
    """A revocation is over once the shop says so and nobody used the coupon in that very moment."""
    credit = records.locked(session, credit_id)
    assert credit is not None
    if credit.revoke_asked_by is None or credit.ended_at is not None:
        return
    story = Story.of(desk, session, credit_id)
    if coupon.usage_count > 0 or target.amount:
        credit.look_after = desk.now()
    elif credit.revoked_at is None:
        story.revoked()
    else:
        credit.ended_at = desk.now()
    story.save()
