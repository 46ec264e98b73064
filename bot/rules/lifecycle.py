"""Where a return can go from where it stands: one table. It knows no goods and no money."""

from collections.abc import Mapping

from store.terms import OPEN_STATUSES, Event, ReturnStatus

PENDING, APPROVED = ReturnStatus.PENDING, ReturnStatus.APPROVED
IN_TRANSIT, RECEIVED = ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED
RESOLVED, REJECTED = ReturnStatus.RESOLVED, ReturnStatus.REJECTED
CANCELLED, EXPIRED = ReturnStatus.CANCELLED, ReturnStatus.EXPIRED

# A parcel may come whatever was agreed: units that arrive after a first decision, or after the label expired,
# open the return again. Money without goods (a claim, or goods the customer keeps) is why every open status
# can be resolved; whether it may be is asked elsewhere.
TRANSITIONS: Mapping[ReturnStatus, Mapping[Event, ReturnStatus]] = {
    PENDING: {
        Event.APPROVE: APPROVED,
        Event.REJECT: REJECTED,
        Event.SHIP: IN_TRANSIT,
        Event.RECEIVE: RECEIVED,
        Event.RESOLVE: RESOLVED,
        Event.CANCEL: CANCELLED,
    },
    APPROVED: {
        Event.REJECT: REJECTED,
        Event.SHIP: IN_TRANSIT,
        Event.RECEIVE: RECEIVED,
        Event.RESOLVE: RESOLVED,
        Event.CANCEL: CANCELLED,
        Event.EXPIRE: EXPIRED,
    },
    IN_TRANSIT: {
        Event.REJECT: REJECTED,
        Event.RECEIVE: RECEIVED,
        Event.RESOLVE: RESOLVED,
        Event.CANCEL: CANCELLED,
    },
    RECEIVED: {
        Event.REJECT: REJECTED,
        Event.RECEIVE: RECEIVED,
        Event.RESOLVE: RESOLVED,
    },
    RESOLVED: {Event.RECEIVE: RECEIVED, Event.REOPEN: RECEIVED},
    REJECTED: {Event.REOPEN: PENDING},
    CANCELLED: {Event.REOPEN: PENDING},
    EXPIRED: {Event.RECEIVE: RECEIVED, Event.REOPEN: PENDING},
}


def next_status(status: ReturnStatus, event: Event, *, received: bool | None = None) -> ReturnStatus | None:
    """Where ``event`` leads from ``status``; None when the table has no such step.

    ``received`` says whether units have arrived, where it is known: a return that is opened again stands
    where its goods are, and one whose goods are there cannot be cancelled (rule S1).
    """
    following = TRANSITIONS[status].get(event)
    if following is None or received is None:
        return following
    if event is Event.REOPEN:
        return RECEIVED if received else PENDING
    return None if event is Event.CANCEL and received else following


def may_cancel(status: ReturnStatus, *, received: bool) -> bool:
    """Whether the return can be called off: only before anything was received (rule S1)."""
    return next_status(status, Event.CANCEL, received=received) is not None


def is_open(status: ReturnStatus) -> bool:
    """Whether somebody still has to do something about the return."""
    return status in OPEN_STATUSES


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documents."""
    steps = [
        f"    {status} --> {following}: {event}"
        for status, events in TRANSITIONS.items()
        for event, following in events.items()
    ]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {PENDING}", *steps])
