"""The form with which the team opens a return."""

from collections.abc import Mapping

from blocks import ids
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.errors import InvalidInput
from handlers.slack.click import Answer, Click, Listener, is_count
from store.terms import Reason, Source, Wish


def submit_new_return(click: Click) -> Answer:
    """Open the return; the modal's own id makes a second press find the first return."""
    order_id, _ = click.place
    reason, wish = click.chosen(ids.REASON), click.chosen(ids.WISH)
    if reason not in set(Reason):
        raise InvalidInput("Choose why it comes back.", field=ids.REASON)
    request = NewReturn(
        order_id=order_id,
        source=Source.STAFF,
        key=str(click.view["id"]),
        wish=Wish(wish) if wish in set(Wish) else Wish.REFUND,
        items=_items(click, Reason(reason)),
        late_reason=click.typed(ids.LATE_REASON).strip(),
    )
    opened = open_return(click.desk, request, click.operator)
    click.say(click.words("{number} is open.", number=opened.number))
    return {"response_action": "clear"}


def _items(click: Click, reason: Reason) -> tuple[WantedItem, ...]:
    blocks = click.view.get("state", {}).get("values", {})
    lines = [block.partition(":")[2] for block in blocks if block.startswith(f"{ids.UNITS}:")]
    counts = {int(line): click.chosen(f"{ids.UNITS}:{line}") for line in lines if is_count(line)}
    note = click.typed(ids.NOTE).strip()
    items = [
        WantedItem(line, int(count), reason, note)
        for line, count in counts.items()
        if is_count(count) and int(count)
    ]
    if not items:
        raise InvalidInput("Choose at least one item.", field=ids.UNITS)
    return tuple(items)


SUBMISSIONS: Mapping[str, Listener] = {ids.NEW_RETURN: submit_new_return}
