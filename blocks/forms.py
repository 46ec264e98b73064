"""The small modals: what a decision besides money asks for. Each says what the customer will read."""

from collections.abc import Sequence
from datetime import date

from blocks import ids
from blocks.card import LABELS, label_of, without_room
from blocks.kit import (
    Block,
    View,
    button,
    chosen,
    context,
    counts,
    divider,
    field,
    fit,
    inert,
    modal,
    option,
    plain,
    quoted,
    section,
    text_input,
)
from bot.i18n import N_, Words
from bot.rules.actions import Action, actions
from bot.rules.case import CaseItem, ReturnCase, Step
from bot.rules.order import OrderLine, OrderSnapshot
from bot.rules.proposal import expected_condition
from bot.rules.receipt import outstanding_units
from store.terms import Condition, Reason, Wish

MOST_LINES = 30  # lines of an order that one form can hold

ABOUT = {
    Action.APPROVE: N_("Agree to the return; the customer is told to send it."),
    Action.REJECT: N_("Refuse the return; the customer reads your reason."),
    Action.ASK: N_("Ask the customer something; the refund clock waits."),
    Action.ANSWERED: N_("Note what the customer answered; the refund clock runs on."),
    Action.EXTEND: N_("Give the customer more time."),
    Action.CANCEL: N_("Call the return off, as long as nothing has arrived."),
    Action.REOPEN: N_("Open this return again; what was settled stays settled."),
    Action.HAND_OVER: N_("Make somebody else the owner."),
    Action.TIMELINE: N_("Who did what, and when."),
    Action.EXCHANGE: N_("Send other goods instead of money."),
    Action.STORE_CREDIT: N_("See what is left, send the code again, or take it back unused."),
    Action.NEW_LINK: N_("Send the customer a new link to their page; earlier ones work no longer."),
    Action.LOCK_PAGE: N_("Lock the customer’s page: no link opens it until you send a new one."),
    Action.LABEL: N_("Note where the label is, what it costs, and the parcel’s number."),
    Action.CANCEL_EXCHANGE: N_("Call the exchange off; what was paid for it goes back."),
}
CROWDED_OUT = {
    Action.MESSAGE: N_("Write to the customer."),
    Action.RECEIVED: N_("Note what has arrived."),
    Action.REFUND_BOX: N_("Give money back."),
    Action.EXCHANGE_AGAIN: N_("Go on where it stopped; what may have been done is looked for first."),
}


def place_of(case: ReturnCase) -> str:
    """What a modal carries about its return: the row and the version the person saw."""
    return f"{case.return_id}:{case.version}"


def whose(case: ReturnCase, words: Words) -> str:
    """The first line of a large modal: which return, of which order and of whom."""
    order = words("order {order}", order=f"#{inert(case.order.number, 30)}")
    return f"*{case.number}* · {order} · {inert(case.order.buyer.name, 80)}"


def more(case: ReturnCase, words: Words) -> View:
    """Everything else that can be done with a return, each with what it does."""
    hidden = without_room(case)
    rows = [_row(one, case, words) for one in actions(case) if one in ABOUT or one in hidden]
    if case.order.store_url:
        rows.append(_shop_row(case, words))
    return modal(words("More"), rows, callback_id=ids.NOTICE, close=words("Close"), place=place_of(case))


def _row(action: Action, case: ReturnCase, words: Words) -> Block:
    press = button(label_of(action, case, words), action.value, place_of(case))
    return section(words(ABOUT.get(action) or CROWDED_OUT[action]), f"more:{action.value}", accessory=press)


def _shop_row(case: ReturnCase, words: Words) -> Block:
    press = button(words(LABELS[Action.OPEN_IN_SHOP]), Action.OPEN_IN_SHOP.value, url=case.order.store_url)
    return section(words("The order in the shop's own pages."), "more:shop", accessory=press)


def approve(case: ReturnCase, letter: str, words: Words) -> View:
    """Agree, and see what the customer will read."""
    return _form(case, Action.APPROVE.value, N_("Approve"), _letter(letter, words), words)


def reject(case: ReturnCase, words: Words) -> View:
    """Refuse with a reason."""
    why = field(words("Why? The customer reads this."), ids.REASON, text_input(multiline=True))
    return _form(case, ids.REJECT, N_("Reject"), [why], words)


def ask(case: ReturnCase, words: Words) -> View:
    """Ask for information."""
    text = field(
        words("What do you need to know? The customer reads this."), ids.TEXT, text_input(multiline=True)
    )
    return _form(case, ids.ASK, N_("Ask the customer"), [text], words)


def answered(case: ReturnCase, words: Words) -> View:
    """Note an answer that came by another way than the desk."""
    text = field(
        words("What did the customer say? The team reads this."), ids.TEXT, text_input(multiline=True)
    )
    return _form(case, ids.ANSWERED, N_("Customer answered"), [text], words)


def extend(case: ReturnCase, words: Words) -> View:
    """Move the deadline."""
    end = case.window_end
    told = words("The window ends on {date}.", date=end) if end else words("There is no deadline yet.")
    picker: Block = {"type": "datepicker"}
    if end:
        picker["initial_date"] = end.isoformat()
    day = field(words("New last day"), ids.DATE, picker)
    why = field(words("Why? The team reads this."), ids.REASON, text_input(longest=500))
    return _form(case, ids.EXTEND, N_("Extend deadline"), [context(told), day, why], words)


def cancel(case: ReturnCase, words: Words) -> View:
    """Call off."""
    why = field(words("Why?"), ids.REASON, text_input(longest=500))
    return _form(case, ids.CANCEL, N_("Cancel return"), [why], words)


def reopen(case: ReturnCase, words: Words) -> View:
    """Open again."""
    why = field(words("Why?"), ids.REASON, text_input(longest=500))
    return _form(case, ids.REOPEN, N_("Reopen return"), [why], words)


def hand_over(case: ReturnCase, words: Words) -> View:
    """Choose the next owner."""
    who = field(words("To whom?"), ids.PERSON, {"type": "users_select"})
    note = field(words("A note for them"), ids.NOTE, text_input(longest=500), optional=True)
    return _form(case, ids.HAND_OVER, N_("Hand over"), [who, note], words)


def new_link(case: ReturnCase, letter: str, words: Words) -> View:
    """What goes out with the new link, and what it ends."""
    ends = context(words("Every earlier link ends at once, also where somebody has the page open."))
    return _form(case, ids.NEW_LINK, N_("Send new link"), [*_letter(letter, words), ends], words)


def lock_page(case: ReturnCase, words: Words) -> View:
    """What locking means."""
    said = words(
        "The customer can no longer open the page of this return, not even with a link they ask for. They "
        "are not told. To open it again, send them a new link."
    )
    return _form(case, ids.LOCK_PAGE, N_("Lock the page"), [section(said)], words)


def label(case: ReturnCase, words: Words) -> View:
    """What is known of label and parcel, to be changed."""
    cost = case.policy.label_cost
    told = words("What the label costs, in {currency}; 0 if nothing", currency=cost.currency)
    link, parcel = text_input(case.label_link, longest=500), text_input(case.tracking_number, longest=100)
    rows = [
        field(words("Address of the label; the customer gets it"), ids.LABEL_LINK, link, optional=True),
        field(told, ids.LABEL_COST, text_input(cost.decimal, longest=40)),
        field(words("Number of the parcel"), ids.TRACKING, parcel, optional=True),
    ]
    return _form(case, ids.LABEL, N_("Label and parcel"), rows, words)


def was_refunded(case: ReturnCase, words: Words) -> View:
    """A person found what was looked for, or paid another way, and says under which reference."""
    asked = case.open_resolution
    if asked is not None and asked.came_back:
        proof = field(words("Under which reference did you pay it?"), ids.PROOF, text_input(longest=200))
        return _form(case, ids.WAS_REFUNDED, N_("Paid another way"), [proof], words)
    step = asked.progress.step if asked is not None and asked.progress else Step.SHOP_REFUND
    proof = field(words("Under which reference did you find it?"), ids.PROOF, text_input(longest=200))
    return _form(case, ids.WAS_REFUNDED, FOUND[step], [proof], words)


FOUND = {
    Step.SHOP_REFUND: N_("It was refunded"),
    Step.STRIPE_REFUND: N_("It was refunded"),
    Step.BOOKING: N_("It is booked"),
    Step.CREDIT: N_("The credit is there"),
}


def receive(case: ReturnCase, words: Words) -> View:
    """What arrived now, line by line; what arrived before is already counted."""
    rows = [_arrival(item, words) for item in case.items[:MOST_LINES]]
    return _form(case, ids.RECEIVE, N_("What has arrived?"), rows, words)


def _arrival(item: CaseItem, words: Words) -> Block:
    left = outstanding_units(item)
    options = [_arrived_option(count, condition, words) for count, condition in arrivals(left + 1)]
    options.append(option(words("nothing of this now"), "0:good"))
    start = f"{left}:{expected_condition(item.reason).value}" if left else "0:good"
    name = ", ".join(filter(None, [item.name, item.variant]))
    label = words("{name} ({count} announced)", name=name, count=item.quantity)
    return field(label, f"{ids.ARRIVED}:{item.line_id}", chosen("static_select", options, start))


def _arrived_option(count: int, condition: Condition, words: Words) -> Block:
    return option(f"{count} {words.term(condition)}", f"{count}:{condition.value}")


def arrivals(most: int) -> list[tuple[int, Condition]]:
    """Counts and conditions to choose from, the likeliest first."""
    return [(count, condition) for condition in Condition for count in counts(most)]


def new_return(order: OrderSnapshot, units: dict[int, int], words: Words, *, ended: date | None) -> View:
    """The form for a return that the team opens: how many of each line, why, and what the customer wants."""
    lines = [line for line in order.products if units.get(line.line_id)][:MOST_LINES]
    if not lines:
        return notice(
            words("New return"),
            words("Nothing of order {number} can still be returned.", number=order.number),
            words,
        )
    who = section(
        f"*#{inert(order.number, 30)}*  ·  {inert(order.buyer.name, 80)}  ·  {words.money(order.total)}"
    )
    rows = [who, *[_units(line, units[line.line_id], len(lines) == 1, words) for line in lines]]
    rows += [_reason(words), _wish(words)]
    rows.append(field(words("Anything to know?"), ids.NOTE, text_input(longest=500), optional=True))
    if ended:
        label = words("The window ended on {date}. Why take it all the same?", date=ended)
        rows.append(field(label, ids.LATE_REASON, text_input(longest=500)))
    place = f"{order.order_id}:0"
    return modal(
        words("New return"),
        rows,
        callback_id=ids.NEW_RETURN,
        close=words("Back"),
        submit=words("Open return"),
        place=place,
    )


def _units(line: OrderLine, most: int, alone: bool, words: Words) -> Block:
    options = [option(str(count), str(count)) for count in (0, *reversed(counts(most)))]
    label = ", ".join(filter(None, [line.name, line.variant, line.sku]))
    return field(
        label, f"{ids.UNITS}:{line.line_id}", chosen("static_select", options, "1" if alone else "0")
    )


def _reason(words: Words) -> Block:
    options = [option(words.term(reason), reason.value) for reason in Reason]
    return field(words("Why does it come back?"), ids.REASON, chosen("static_select", options, ""))


def _wish(words: Words) -> Block:
    options = [option(words.term(wish), wish.value) for wish in (Wish.REFUND, Wish.STORE_CREDIT)]
    return field(
        words("What does the customer want?"), ids.WISH, chosen("radio_buttons", options, Wish.REFUND.value)
    )


def loading(number: str, words: Words) -> View:
    """A modal that shows at once and is filled when the order has been read."""
    return notice(
        words("New return"), words("Reading order {number} from the shop…", number=fit(number, 40)), words
    )


def notice(title: str, text: str, words: Words) -> View:
    """A modal that only says something."""
    said = {"type": "section", "text": plain(text)}
    return modal(title, [said], callback_id=ids.NOTICE, close=words("Close"))


def _form(case: ReturnCase, callback_id: str, title: str, rows: Sequence[Block], words: Words) -> View:
    who = context(f"{case.number} · #{inert(case.order.number, 30)} · {inert(case.order.buyer.name, 80)}")
    return modal(
        words(title),
        [who, *rows],
        callback_id=callback_id,
        close=words("Back"),
        submit=words("Send") if callback_id in SENDING else words("Save"),
        place=place_of(case),
    )


def _letter(letter: str, words: Words) -> list[Block]:
    return [context(words("The customer will read:")), quoted(letter), divider()]


SENDING = frozenset({ids.REJECT, ids.ASK, ids.NEW_LINK, Action.APPROVE.value})
