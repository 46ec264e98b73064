"""One return as one message, drawn whole from its case: worst alert first, nothing said twice."""

from collections.abc import Sequence
from datetime import datetime

from blocks import ids, money
from blocks.alerts import alert_lines
from blocks.exchange import exchange_part, exchange_status
from blocks.kit import (
    COLOURS,
    FALLBACK,
    Block,
    button,
    code,
    context,
    fit_marked,
    inert,
    lines,
    link,
    mention,
    moment,
    plain,
    section,
    sentence,
)
from bot.i18n import N_, Words
from bot.rules.actions import Action, at_hand, blocked
from bot.rules.alerts import alerts, colour, is_lively
from bot.rules.approval import LONGEST_NAME, read_decision
from bot.rules.case import CaseItem, ExchangeState, ReturnCase, Stage, Step, StrayPayment
from bot.rules.exchange_alerts import exchange_state
from bot.rules.policy import clock_paused
from store.money import Money, total
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus

MOST_ITEMS = 6  # lines of goods on a card; the refund box has them all
MOST_CHARACTERS = 2400  # of them, so that a card stays far from what Slack takes
BUTTONS = 4

LABELS = {
    Action.TAKE: N_("Take it"),
    Action.REFUND_BOX: N_("Refund box"),
    Action.MESSAGE: N_("Message customer"),
    Action.RECEIVED: N_("Received"),
    Action.APPROVE: N_("Approve"),
    Action.REJECT: N_("Reject…"),
    Action.ASK: N_("Ask for information…"),
    Action.ANSWERED: N_("Customer answered…"),
    Action.EXTEND: N_("Extend deadline…"),
    Action.CANCEL: N_("Cancel…"),
    Action.REOPEN: N_("Reopen…"),
    Action.HAND_OVER: N_("Hand over…"),
    Action.TIMELINE: N_("Timeline"),
    Action.OPEN_IN_SHOP: N_("Open in WooCommerce"),
    Action.LOOK_NOT_REFUNDED: money.NONE[Step.SHOP_REFUND],
    Action.LOOK_WAS_REFUNDED: money.FOUND[Step.SHOP_REFUND],
    Action.EXCHANGE: N_("Exchange…"),
    Action.EXCHANGE_AGAIN: N_("Try again"),
    Action.CANCEL_EXCHANGE: N_("Cancel exchange…"),
    Action.GIVE_STRAY_BACK: N_("Give it back"),
    Action.STORE_CREDIT: N_("Store credit…"),
    Action.NEW_LINK: N_("Send new link…"),
    Action.LOCK_PAGE: N_("Lock page…"),
    Action.LABEL: N_("Label and parcel…"),
}


def return_card(case: ReturnCase, words: Words) -> dict[str, object]:
    """The message: a text for notifications, and the card beside its coloured bar."""
    fallback = fallback_text(case, words)
    bar = COLOURS[colour(case).name.lower()]
    attachment = {"color": bar, "blocks": card_blocks(case, words), "fallback": fallback}
    return {"text": fallback, "attachments": [attachment]}


def card_blocks(case: ReturnCase, words: Words) -> list[Block]:
    """The blocks of the card; a return that is over shrinks to what became of it."""
    alert = alert_lines(case, words)
    blocks = [section(_title(case, words), "title")]
    if alert:
        blocks.append(section(alert, "alerts"))
    if money_under_way(case):
        blocks.append(context(_asked(case, words), block_id="asked"))
    elif is_lively(case):
        blocks += _open_blocks(case, words)
    blocks.append(_buttons(case, words))
    return blocks


def _open_blocks(case: ReturnCase, words: Words) -> list[Block]:
    """What is needed to decide: the goods, the wish, the facts, and why there is no refund box."""
    facts = context(_facts(case, words), _customer(case, words), _owner(case, words), block_id="facts")
    blocks = [section(lines(_items(case, words), exchange_part(case, words)), "items"), facts]
    reasons = [sentence(words, why.message, why.values) for why in blocked(case)]
    return [*blocks, context(*reasons, block_id="blocked")] if reasons else blocks


def fallback_text(case: ReturnCase, words: Words) -> str:
    """What a notification says: who, how much, and what stands in the way."""
    name = inert(case.order.buyer.name, 60)
    parts = [case.number, name]
    if is_lively(case):
        warned = words("Exchange chosen: do NOT refund money.")
        parts.append(warned if case.exchange_stands else words.money(_asked_for(case)))
    return fit_marked(" · ".join([*parts, standing(case, words)]), FALLBACK)


def standing(case: ReturnCase, words: Words) -> str:
    """Where it stands in a few words: the status, or how far a decision about money has come."""
    if money_under_way(case):
        return _progress(case, words)
    if is_lively(case) and exchange_status(case, words):
        return exchange_status(case, words)
    return words("Money on its way") if is_on_its_way(case) else words.term(case.status)


def money_under_way(case: ReturnCase) -> bool:
    """Whether a decision about money is being carried out: until then there is nothing else to decide."""
    return case.open_resolution is not None and case.open_resolution.method is not Method.EXCHANGE


def is_on_its_way(case: ReturnCase) -> bool:
    """Whether the return is settled and the bank has still to confirm the money."""
    return _told(case, "bank_pending")


def due(case: ReturnCase) -> Money:
    """What all announced units are worth today."""
    return total((item.due for item in case.items), case.order.currency)


def _asked_for(case: ReturnCase) -> Money:
    """What it is about: the amount that was decided on, or what the units are worth before that."""
    under_way = case.open_resolution
    return under_way.amount if under_way is not None else due(case)


def _title(case: ReturnCase, words: Words) -> str:
    number = inert(case.order.number, 30)
    order = link(case.order.store_url, f"#{number}") if case.order.store_url else f"#{number}"
    who = inert(case.order.buyer.name, 80)
    parts = [f"*{case.number}*", words("order {order}", order=order), who]
    if is_lively(case) and not case.exchange_stands and not money_under_way(case):
        parts.append(f"*{words.money(due(case))}*")
    return lines("  ·  ".join(parts), _status(case, words))


def _status(case: ReturnCase, words: Words) -> str:
    if money_under_way(case):
        return _progress(case, words, since=moment(_since(case), words))
    if is_lively(case):
        if case.owner is not None and exchange_status(case, words):
            return exchange_status(case, words)
        arrived = moment(case.received_at or case.opened_at, words)
        return words("{status}, since {time}", status=_waiting(case, words), time=arrived)
    if case.status is ReturnStatus.RESOLVED and case.closed_by and case.closed_at:
        when = moment(case.closed_at, words)
        if is_on_its_way(case):
            return words("Decided by {who}, {time}", who=mention(case.closed_by), time=when)
        return words("Settled by {who}, {time}", who=mention(case.closed_by), time=when)
    return ""  # its alert begins with how it ended


def _waiting(case: ReturnCase, words: Words) -> str:
    if case.status is ReturnStatus.PENDING and case.owner is None:
        return words("New, nobody has taken it")
    return words.term(case.status)


def waits(case: ReturnCase) -> float:
    """For how many seconds it waits for the team or the parcel."""
    return (case.as_of - (case.received_at or case.opened_at)).total_seconds()


def _progress(case: ReturnCase, words: Words, since: str = "") -> str:
    """How far it has come; with ``since`` also from when on, which does not fit into a list."""
    asked = case.open_resolution
    assert asked is not None
    if asked.came_back:
        return words("The bank gave it back")
    if asked.needs_person:
        return words("Waiting for somebody to look")
    if asked.status is not ResolutionStatus.IN_DOUBT:
        waits = asked.progress is not None and asked.progress.stage in (Stage.PUT_OFF, Stage.QUEUED)
        return words("Waiting to be sent") if waits else words("Being settled")
    stripe = asked.progress is not None and asked.progress.step is Step.STRIPE_REFUND
    said = words("Checking with Stripe") if stripe else words("Checking with the shop")
    return words("{what} since {time}", what=said, time=since) if since else said


def _since(case: ReturnCase) -> datetime:
    asked = case.open_resolution
    assert asked is not None
    return asked.asked_at or asked.decided_at


def _asked(case: ReturnCase, words: Words) -> str:
    """Who decided what is being carried out, when, and the reference to look for."""
    asked = case.open_resolution
    assert asked is not None
    when = moment(asked.decided_at, words)
    by = words("Decided by {who}, {time}", who=mention(asked.by), time=when)
    return " · ".join([by, words("reference {reference}", reference=code(asked.reference))])


def _items(case: ReturnCase, words: Words) -> str:
    shown = [_item(item, case, words) for item in case.items[:MOST_ITEMS]]
    while len("\n".join(shown)) > MOST_CHARACTERS:
        shown.pop()
    more = len(case.items) - len(shown)
    if more > 0:
        shown.append(words.plural("and {count} more line", "and {count} more lines", more))
    return "\n".join(shown)


def _item(item: CaseItem, case: ReturnCase, words: Words) -> str:
    line = case.order.line(item.line_id)
    bought = line.quantity if line else item.quantity
    count = (
        str(item.quantity)
        if item.quantity == bought
        else words("{some} of {all}", some=item.quantity, all=bought)
    )
    name = ", ".join(filter(None, [inert(item.name, 70), inert(item.variant, 40)]))
    parts = [
        f"{count} × {name}",
        code(item.sku) if item.sku else "",
        "" if _stands_in_title(case) else words("worth {amount}", amount=item.due),
    ]
    parts += [f"_{words.term(item.reason)}_", _arrived(item, words), _photos(item, words)]
    said = f"\n> {inert(item.note, 160)}" if item.note else ""
    return " · ".join(filter(None, parts)) + said


def _stands_in_title(case: ReturnCase) -> bool:
    """Whether the amount of the only line is said already."""
    return len(case.items) == 1 and not case.exchange_stands


def _arrived(item: CaseItem, words: Words) -> str:
    counts = [(item.received.get(condition, 0), condition) for condition in Condition]
    told = [f"{count} {words.term(condition)}" for count, condition in counts if count]
    return words("received: {what}", what=", ".join(told)) if told else ""


def _photos(item: CaseItem, words: Words) -> str:
    if not item.photos:
        return ""
    return ":frame_with_picture: " + words.plural("{count} photo", "{count} photos", item.photos)


def _facts(case: ReturnCase, words: Words) -> str:
    order = case.order
    title = inert(order.payment_title or order.payment_method, 60)
    paid = words("paid {amount} by {title}", amount=order.total, title=title)
    wants = words("Wants {wish}", wish=case.wish)
    parts = [f"*{wants}*", paid, words("refunded {amount}", amount=order.refunded)]
    if case.window_end and not _told(case, "deadline_passed", "extended_deadline", "late_override"):
        parts.append(words("window ends {date}", date=case.window_end))
    if case.policy.label_cost:
        parts.append(words("label {amount}", amount=case.policy.label_cost))
    if case.tracking_number:
        parts.append(words("parcel {number}", number=code(case.tracking_number)))
    if case.photos:
        parts.append(":frame_with_picture: " + words.plural("{count} photo", "{count} photos", case.photos))
    if case.decided_by_rule:
        parts.append(_decided(case, words))
    return " · ".join(parts)


def _decided(case: ReturnCase, words: Words) -> str:
    """Which rule of the shop's policy agreed, or left it to a person."""
    decision = read_decision(case.decided_by_rule)
    assert decision is not None
    rule = inert(decision.rule, LONGEST_NAME)
    if not decision.automatic:
        return words("left to a person by the rule “{rule}”", rule=rule)
    return words("agreed by the rule “{rule}”", rule=rule) if rule else words("agreed by the returns policy")


def _told(case: ReturnCase, *names: str) -> bool:
    """Whether an alert of the card says it already."""
    return any(alert.name in names for alert in alerts(case))


def _customer(case: ReturnCase, words: Words) -> str:
    history = case.history
    parts = [words("Return no. {count}", count=history.returns + 1)]
    if history.orders:
        parts.append(words.plural("{count} order", "{count} orders", history.orders))
    if history.last_reasons:
        parts.append(words("before: {reasons}", reasons=_reasons(history.last_reasons, words)))
    return " · ".join(parts)


def _reasons(reasons: Sequence[Reason], words: Words) -> str:
    return ", ".join(dict.fromkeys(words.term(reason) for reason in reasons))


def _owner(case: ReturnCase, words: Words) -> str:
    parts = [words("Taken by {who}", who=mention(case.owner))] if case.owner else []
    told = _told(case, "refund_overdue", "refund_due_soon")
    if case.refund_due_by and not (told or case.exchange_stands or clock_paused(case)):
        parts.append(words("Refund due by *{date}*", date=case.refund_due_by))
    return " · ".join(parts)


def _buttons(case: ReturnCase, words: Words) -> Block:
    """The few that are needed now; the rest one click further. Values carry return and version only."""
    value = f"{case.return_id}:{case.version}"
    drawn = [
        _button(action, value, case, words, primary=place == 0)
        for place, action in enumerate(at_hand(case)[:BUTTONS])
    ]
    drawn.append(button(words("More…"), ids.MORE, value))
    return {"type": "actions", "block_id": "buttons", "elements": drawn}


def without_room(case: ReturnCase) -> tuple[Action, ...]:
    """What would stand on the card if there were room for it."""
    return at_hand(case)[BUTTONS:]


PRIMARY = frozenset({Action.TAKE, Action.REFUND_BOX, Action.RECEIVED, Action.APPROVE, Action.EXCHANGE})


def _button(action: Action, value: str, case: ReturnCase, words: Words, *, primary: bool) -> Block:
    more: Block = {"style": "primary"} if primary and action in PRIMARY else {}
    if action is Action.LOOK_NOT_REFUNDED:
        more = {"style": "danger", "confirm": _confirmation(words)}
    if action is Action.GIVE_STRAY_BACK and case.exchange:
        stray = case.exchange.strays[0]
        value = f"{value}:{stray.number}"
        more = {"style": "danger", "confirm": give_back_confirmation(stray, words)}
    return button(label_of(action, case, words), action.value, value, **more)


def label_of(action: Action, case: ReturnCase, words: Words) -> str:
    """What stands on a button; after a look it depends on what was looked for."""
    asked = case.open_resolution
    if asked is not None and action is Action.LOOK_WAS_REFUNDED:
        return money.found_label(asked, words)
    if asked is not None and action is Action.LOOK_NOT_REFUNDED:
        return money.none_label(asked, words)
    if action is Action.GIVE_STRAY_BACK and case.exchange:
        return words("Give {amount} back", amount=case.exchange.strays[0].amount)
    state = exchange_state(case)
    if action is Action.EXCHANGE and state in (ExchangeState.STUCK, ExchangeState.LAPSED):
        return words("Choose another…")
    if action is Action.EXCHANGE_AGAIN and state is ExchangeState.LAPSED:
        return words("Send a new link")
    return words(LABELS[action])


def give_back_confirmation(stray: StrayPayment, words: Words) -> Block:
    """The dialogue before a payment is given back with one click."""
    asked = words(
        "The customer gets {amount} back to the card they paid with, from payment {payment}.",
        amount=stray.amount,
        payment=stray.payment,
    )
    return {
        "title": plain(words("Give the payment back?"), 100),
        "text": plain(asked, 300),
        "confirm": plain(words("Give it back"), 30),
        "deny": plain(words("Back"), 30),
    }


def _confirmation(words: Words) -> Block:
    return {
        "title": plain(words("Try once more?"), 100),
        "text": plain(words("Only if you looked in the shop and at the bank and found no refund."), 300),
        "confirm": plain(words("I looked: none"), 30),
        "deny": plain(words("Back"), 30),
    }
