"""Which buttons a card has, in their order, and why others are not there. It draws nothing."""

from collections.abc import Iterator
from enum import StrEnum

from bot.rules.alerts import is_lively
from bot.rules.case import CaseResolution, ExchangeState, ReturnCase, Step
from bot.rules.choice import Problem
from bot.rules.exchange_alerts import exchange_state, may_choose
from bot.rules.lifecycle import may_cancel, next_status
from bot.rules.objections import may_keep
from bot.rules.page import Page
from bot.rules.proposal import possible_methods
from bot.rules.receipt import is_complete
from store.terms import Event, Method, ResolutionStatus, ReturnStatus


class Action(StrEnum):
    """What a person can press on a card."""

    TAKE = "take"
    REFUND_BOX = "refund_box"
    MESSAGE = "message"
    RECEIVED = "received"
    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"
    ANSWERED = "answered"
    EXTEND = "extend"
    CANCEL = "cancel"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    TIMELINE = "timeline"
    OPEN_IN_SHOP = "open_in_shop"
    LOOK_NOT_REFUNDED = "look_not_refunded"
    LOOK_WAS_REFUNDED = "look_was_refunded"
    EXCHANGE = "exchange"
    EXCHANGE_AGAIN = "exchange_again"
    CANCEL_EXCHANGE = "cancel_exchange"
    GIVE_STRAY_BACK = "give_stray_back"
    STORE_CREDIT = "store_credit"
    NEW_LINK = "new_link"
    LOCK_PAGE = "lock_page"
    LABEL = "label"


ALWAYS = (Action.TIMELINE, Action.OPEN_IN_SHOP)


def actions(case: ReturnCase) -> tuple[Action, ...]:
    """The buttons in their order, the primary one first; what a rule blocks is not among them."""
    more = tuple(_more(case)) if is_lively(case) and _money_under_way(case) is None else ()
    over = _money_under_way(case) is None and not is_lively(case)
    reopen = _if(Action.REOPEN, over and _may_reopen(case))
    credit = _if(Action.STORE_CREDIT, any(_is_credit(one) for one in case.resolutions))
    page = tuple(_page(case))
    return tuple(dict.fromkeys([*at_hand(case), *more, *credit, *page, *ALWAYS, *reopen]))


def at_hand(case: ReturnCase) -> tuple[Action, ...]:
    """Those of them that stand on the card itself, the primary one first, as far as there is room."""
    under_way = _money_under_way(case)
    stray = _if(Action.GIVE_STRAY_BACK, case.exchange is not None and bool(case.exchange.strays))
    if under_way is not None:
        return (*stray, *_looks(under_way), Action.MESSAGE)
    if not is_lively(case):
        stuck = _if(Action.EXCHANGE_AGAIN, exchange_state(case) is ExchangeState.STUCK)
        return (*stray, *stuck, Action.MESSAGE)
    return tuple(dict.fromkeys([*stray, *_primary(case), *_beside(case)]))


def _is_credit(one: CaseResolution) -> bool:
    """Whether the customer holds a coupon from it."""
    return one.method is Method.STORE_CREDIT and one.status is ResolutionStatus.DONE and bool(one.credit)


def _page(case: ReturnCase) -> Iterator[Action]:
    """What can be done about the customer's page, whatever stands with the return."""
    yield from _if(Action.NEW_LINK, case.page is not Page.NONE)
    yield from _if(Action.LOCK_PAGE, case.page is Page.OPEN)


def _looks(asked: CaseResolution) -> tuple[Action, ...]:
    """What a person may say after a look. A refund the shop has booked cannot be sent through it again."""
    if not asked.needs_person:
        return ()
    through_stripe = asked.progress is not None and asked.progress.step is Step.STRIPE_REFUND
    if asked.came_back and not through_stripe:
        return (Action.LOOK_WAS_REFUNDED,)
    return (Action.LOOK_WAS_REFUNDED, Action.LOOK_NOT_REFUNDED)


def blocked(case: ReturnCase) -> tuple[Problem, ...]:
    """Why there is no refund box where one could be expected. What an alert says is not said again."""
    if not is_lively(case) or case.exchange_stands or _money_under_way(case) is not None:
        return ()
    if not _something_to_pay(case):
        return (Problem("Nothing has arrived yet. Money can be given back once it has."),)
    return _method_reasons(case)


def _primary(case: ReturnCase) -> Iterator[Action]:
    """The one thing to do next."""
    if case.owner is None:
        yield Action.TAKE
    elif may_choose(case):
        yield Action.EXCHANGE
    elif exchange_state(case) is ExchangeState.STUCK:
        yield Action.EXCHANGE_AGAIN
    elif case.status is ReturnStatus.RECEIVED and _box_opens(case):
        yield Action.REFUND_BOX
    elif case.status is ReturnStatus.PENDING:
        yield Action.APPROVE
    elif case.status is not ReturnStatus.RECEIVED:
        yield Action.RECEIVED


def _beside(case: ReturnCase) -> Iterator[Action]:
    """A complete parcel may still be followed by another, but that is not what one waits for."""
    yield from _if(Action.REFUND_BOX, _box_opens(case))
    yield from _exchange_choices(case)
    may_arrive, complete = next_status(case.status, Event.RECEIVE) is not None, is_complete(case.items)
    yield from _if(Action.RECEIVED, may_arrive and not complete)
    yield Action.MESSAGE
    yield from _if(Action.RECEIVED, may_arrive and complete)


def _exchange_choices(case: ReturnCase) -> Iterator[Action]:
    """What an exchange waits for: that somebody chooses, asks again, or calls it off."""
    waits = exchange_state(case) in (ExchangeState.STUCK, ExchangeState.LAPSED)
    yield from _if(Action.EXCHANGE, may_choose(case))
    yield from _if(Action.EXCHANGE_AGAIN, waits)
    yield from _if(Action.CANCEL_EXCHANGE, waits and may_choose(case))


def may_exchange(case: ReturnCase) -> bool:
    """Whether it can still be chosen what goes out: nothing was sent, and nothing is being called off."""
    ending = case.exchange_stands and case.exchange is not None and case.exchange.ending
    return not ending and exchange_state(case) not in (ExchangeState.DONE, ExchangeState.ENDING)


def _more(case: ReturnCase) -> Iterator[Action]:
    received = any(item.received for item in case.items)
    yield from _if(Action.APPROVE, next_status(case.status, Event.APPROVE) is not None)
    yield from _if(Action.REJECT, next_status(case.status, Event.REJECT) is not None)
    yield Action.ASK if case.question is None else Action.ANSWERED
    yield from _if(Action.EXCHANGE, may_exchange(case))
    yield from _if(Action.CANCEL_EXCHANGE, case.exchange_stands and may_exchange(case))
    yield from _if(Action.EXTEND, case.received_at is None)
    yield from _if(Action.LABEL, case.received_at is None)
    yield from _if(Action.CANCEL, may_cancel(case.status, received=received))
    yield Action.HAND_OVER


def _if(action: Action, shown: bool) -> tuple[Action, ...]:
    return (action,) if shown else ()


def _box_opens(case: ReturnCase) -> bool:
    """Whether any way of giving money back is open and there is something to give it for."""
    if case.exchange_stands or not _something_to_pay(case):
        return False
    return any(problem is None for problem in possible_methods(case).values())


def _something_to_pay(case: ReturnCase) -> bool:
    """Whether something has arrived, or may be paid before it does (rule S2)."""
    return any(item.arrived or may_keep(case, item) for item in case.items)


def _method_reasons(case: ReturnCase) -> tuple[Problem, ...]:
    """When every way is closed, the reasons, each once."""
    problems = possible_methods(case).values()
    if any(problem is None for problem in problems):
        return ()
    unique: list[Problem] = []
    for problem in problems:
        if problem is not None and problem not in unique:
            unique.append(problem)
    return tuple(unique)


def _may_reopen(case: ReturnCase) -> bool:
    return next_status(case.status, Event.REOPEN) is not None


def _money_under_way(case: ReturnCase) -> CaseResolution | None:
    """The resolution that is being carried out or in doubt, other than an exchange that merely stands."""
    working = case.open_resolution
    if working is None or working.method is not Method.EXCHANGE:
        return working
    return working if working.status is ResolutionStatus.IN_DOUBT else None
