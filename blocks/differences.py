"""A difference between the books as one message: what the three say, whose it is, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from blocks import ids
from blocks.kit import (
    COLOURS,
    FALLBACK,
    Block,
    View,
    button,
    code,
    context,
    field,
    fit_marked,
    inert,
    lines,
    link,
    mention,
    modal,
    moment,
    section,
    text_input,
)
from bot.i18n import Words
from bot.rules.difference import Difference
from store.money import Money
from store.terms import DifferenceKind as Kind

MOST_NAMES = 10  # orders or lines that are named one by one

# Money that is gone, or will be if somebody goes on: what nobody may overlook.
RED = frozenset({Kind.TURNED_UP, Kind.EXCHANGE_REFUNDED, Kind.OVER_REFUNDED, Kind.BANK_FAILED, Kind.TWO_ROWS})


def difference_card(difference: Difference, words: Words) -> dict[str, object]:
    """The message: a text for notifications, and the card beside its coloured bar."""
    lead = LEADS[difference.kind](difference, words)
    number = f"#{inert(difference.order_number, 30)}" if difference.order_number else ""
    fallback = fit_marked(" · ".join(filter(None, [lead, number])), FALLBACK)
    attachment = {
        "color": _colour(difference),
        "blocks": _blocks(difference, lead, words),
        "fallback": fallback,
    }
    return {"text": fallback, "attachments": [attachment]}


def settle_form(difference: Difference, words: Words) -> View:
    """Say what was found and done."""
    lead = context(LEADS[difference.kind](difference, words))
    note = field(
        words("What did you find, and what did you do? The team reads this."),
        ids.NOTE,
        text_input(multiline=True),
    )
    return modal(
        words("Settle it"),
        [lead, note],
        callback_id=ids.SETTLE_DIFFERENCE,
        close=words("Back"),
        submit=words("Save"),
        place=_place(difference),
    )


def _blocks(difference: Difference, lead: str, words: Words) -> list[Block]:
    sign = ":mag:" if difference.is_open else ":white_check_mark:"
    blocks = [section(lines(f"{sign} *{lead}*", _where(difference, words)), "title")]
    said = _said(difference, words)
    if said:
        blocks.append(_aligned(said))
    if difference.is_open:
        blocks.append(section(ADVICE[difference.kind](difference, words), "advice"))
    blocks.append(context(_state(difference, words), block_id="state"))
    buttons = _buttons(difference, words)
    return [*blocks, {"type": "actions", "block_id": "buttons", "elements": buttons}] if buttons else blocks


def _colour(difference: Difference) -> str:
    if not difference.is_open:
        return COLOURS["grey" if difference.settled_by else "green"]
    return COLOURS["red" if difference.kind in RED else "amber"]


def _where(difference: Difference, words: Words) -> str:
    """Which order and which return, each with its address."""
    parts = []
    if difference.order_number:
        number = f"#{inert(difference.order_number, 30)}"
        address = difference.order_address
        parts.append(words("order {order}", order=link(address, number) if address else number))
    if difference.return_number:
        address, number = difference.card_address, difference.return_number
        parts.append(f"*{link(address, number) if address else number}*")
    return "  ·  ".join(parts)


def _said(difference: Difference, words: Words) -> list[tuple[str, str]]:
    """What each of the books says: its name and its figure."""
    about = difference.about
    if difference.kind is Kind.NOT_RESTOCKED:
        return [
            (words("To go back on the shelf"), str(about["wanted"])),
            (words("The shop put back"), str(about["back"])),
        ]
    rows = [(words("Returns Desk"), difference.ours), (words("The shop"), difference.shop)]
    if difference.kind is Kind.DAY_DIFFERS and difference.shop is not None:
        through = Money(about["through"], difference.shop.currency)
        rows.append((words("of it through the bank"), through))
    rows.append((words("The bank"), difference.bank))
    return [(name, words.money(amount)) for name, amount in rows if amount is not None]


def _aligned(rows: Sequence[tuple[str, str]]) -> Block:
    """A small list, names to the left and figures to the right, in letters of one width."""
    widest, longest = max(len(name) for name, _ in rows), max(len(figure) for _, figure in rows)
    text = "\n".join(f"{name:<{widest}}  {figure:>{longest}}" for name, figure in rows)
    kept = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "books", "elements": [kept]}


def _state(difference: Difference, words: Words) -> str:
    since = words("Found {time}.", time=moment(difference.found_at, words))
    if difference.settled_at is None:
        who = mention(difference.owner)
        looks = words("{who} looks at it.", who=who) if who else words("Nobody looks at it yet.")
        return f"{since} {looks}"
    ended = moment(difference.settled_at, words)
    if difference.settled_by is None:
        return f"{since} {_gone(difference, ended, words)}"
    done = words("Settled by {who}, {time}", who=mention(difference.settled_by), time=ended)
    return lines(f"{since} {done}", inert(difference.note, 1000))


def _gone(difference: Difference, ended: str, words: Words) -> str:
    if difference.kind is Kind.NEWS_OFF:
        return words("Switched on again {time}; nothing was lost.", time=ended)
    return words("It went away by itself {time}.", time=ended)


def _buttons(difference: Difference, words: Words) -> list[Block]:
    if not difference.is_open:
        return []
    place = _place(difference)
    settle = button(words("Settled…"), ids.SETTLE_DIFFERENCE, place)
    if difference.owner is not None:
        return [settle]
    return [button(words("I'll look at it"), ids.LOOK_INTO, place, style="primary"), settle]


def _place(difference: Difference) -> str:
    return f"{difference.difference_id}:0"


Said = Callable[[Difference, Words], str]


def _bank_lead(difference: Difference, words: Words) -> str:
    if _bank_has_more(difference):
        return words("The bank paid back more than the shop shows.")
    return words("The bank paid back less than the shop shows.")


def _bank_advice(difference: Difference, words: Words) -> str:
    if _bank_has_more(difference):
        return words(
            "Somebody may have refunded at the bank itself. Enter it in the shop as a manual refund, so that "
            "nobody pays it a second time."
        )
    return words(
        "A refund may have failed, or was marked as paid without being paid. Look at the payment at the bank "
        "before anybody tells the customer that the money is there."
    )


def _bank_has_more(difference: Difference) -> bool:
    bank, shop = difference.bank, difference.shop
    return bank is not None and shop is not None and bank > shop


def _turned_up_lead(difference: Difference, words: Words) -> str:
    if difference.ours is not None and not difference.ours:
        return words("A refund we call refused was made after all.")
    return words("A refund nobody was sure about has turned up.")


def _turned_up_advice(difference: Difference, words: Words) -> str:
    if difference.ours is not None and not difference.ours:
        return words(
            "Do not refund again. Look for {reference} in the shop and at the bank; if it was paid twice, "
            "ask the customer for one of them back.",
            reference=_reference(difference),
        )
    return words(
        "Look for {reference} in the shop and at the bank, then press what you found on the return's card.",
        reference=_reference(difference),
    )


def _gone_advice(difference: Difference, words: Words) -> str:
    return words(
        "Somebody deleted it there, or it was never entered. If the customer has the money, enter {amount} "
        "in the shop as a manual refund with {reference} as its reason.",
        amount=difference.ours,
        reference=_reference(difference),
    )


def _two_advice(difference: Difference, words: Words) -> str:
    return words(
        "Look at the bank for {reference}. Paid once: delete the second row in the shop, which moves no "
        "money. Paid twice: ask the customer for one of them back.",
        reference=_reference(difference),
    )


def _phantom_advice(difference: Difference, words: Words) -> str:
    return words(
        "The bank paid once. Unless somebody paid in cash, delete refund no. {row} in the shop: that moves "
        "no money, and the rest of the order can be refunded again.",
        row=difference.about["row"],
    )


def _over_advice(difference: Difference, words: Words) -> str:
    told = words(
        "Somebody refunded in the shop what the desk had settled too. Ask the customer for it back, or write "
        "down why it stays."
    )
    names = _names(difference.about["lines"])
    return lines(told, words("Refunded more than once: {lines}", lines=names) if names else "")


def _exchange_advice(difference: Difference, words: Words) -> str:
    return words(
        "Do not send the replacement yet: {amount} was refunded in the shop. Ask who did it and what the "
        "customer expects, then cancel the exchange or have the money back.",
        amount=difference.shop,
    )


def _credit_advice(difference: Difference, words: Words) -> str:
    return words(
        "Two orders used the credit of {reference} at nearly the same moment. Ask for the rest of the "
        "newer one, cancel it, or write down why it stays.",
        reference=_reference(difference),
    )


def _stock_advice(difference: Difference, words: Words) -> str:
    line = " ".join(filter(None, [inert(difference.about["line"], 80), _sku(difference.about["sku"])]))
    return words("Count {line} on the shelf and correct its stock in the shop.", line=line)


def _day_lead(difference: Difference, words: Words) -> str:
    return words("The books of {date} do not agree.", date=date.fromisoformat(difference.about["day"]))


def _day_advice(difference: Difference, words: Words) -> str:
    names = _names([f"#{number}" for number in difference.about["orders"]])
    told = words("Orders that do not agree: {orders}.", orders=names) if names else ""
    return lines(told, words("Settle their own messages first; the day is counted again every night."))


def _news_advice(difference: Difference, words: Words) -> str:
    lost = words("Nothing is lost: the desk asks the shop every few minutes, and only hears later.")
    if difference.about["paused"]:
        return lines(lost, words("Somebody paused its webhooks. If that is over, set them to Active."))
    return lines(
        lost,
        words(
            "The desk switches its webhooks on again. If this stays open, set them to Active in WooCommerce "
            "under Settings, Advanced, Webhooks."
        ),
    )


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(inert(name, 60) for name in names[:MOST_NAMES])
    return f"{shown}, …" if len(names) > MOST_NAMES else shown


def _reference(difference: Difference) -> str:
    return code(str(difference.about["reference"]))


def _sku(sku: str) -> str:
    return code(sku) if sku else ""


LEADS: Mapping[Kind, Said] = {
    Kind.ROW_GONE: lambda _d, words: words("A refund of ours is not in the shop's books."),
    Kind.OTHER_AMOUNT: lambda _d, words: words("The shop booked another amount than was decided."),
    Kind.TWO_ROWS: lambda _d, words: words("The shop shows one refund of ours twice."),
    Kind.PHANTOM_ROW: lambda _d, words: words("The shop booked one payment of the bank twice."),
    Kind.BANK_DIFFERS: _bank_lead,
    Kind.BANK_FAILED: lambda _d, words: words("The bank gave back a refund that we call done."),
    Kind.TURNED_UP: _turned_up_lead,
    Kind.OVER_REFUNDED: lambda _d, words: words("More was refunded than was owed."),
    Kind.EXCHANGE_REFUNDED: lambda _d, words: words("Money was refunded although an exchange stands."),
    Kind.CREDIT_OVERSPENT: lambda _d, words: words("Orders took more from a store credit than it was worth."),
    Kind.NOT_RESTOCKED: lambda _d, words: words("The shop did not put units back in stock."),
    Kind.DAY_DIFFERS: _day_lead,
    Kind.NEWS_OFF: lambda _d, words: words("The shop stopped telling us about changes."),
}

ADVICE: Mapping[Kind, Said] = {
    Kind.ROW_GONE: _gone_advice,
    Kind.OTHER_AMOUNT: lambda d, words: words(
        "Look for {reference} in the shop and at the bank, and correct what is wrong.",
        reference=_reference(d),
    ),
    Kind.TWO_ROWS: _two_advice,
    Kind.PHANTOM_ROW: _phantom_advice,
    Kind.BANK_DIFFERS: _bank_advice,
    Kind.BANK_FAILED: lambda _d, words: words(
        "The customer has no money from it. Pay another way, and write to the customer."
    ),
    Kind.TURNED_UP: _turned_up_advice,
    Kind.OVER_REFUNDED: _over_advice,
    Kind.EXCHANGE_REFUNDED: _exchange_advice,
    Kind.CREDIT_OVERSPENT: _credit_advice,
    Kind.NOT_RESTOCKED: _stock_advice,
    Kind.DAY_DIFFERS: _day_advice,
    Kind.NEWS_OFF: _news_advice,
}


def how_many_open(count: int, words: Words) -> str:
    """How many differences nobody has settled, for a list; empty where there is none."""
    if not count:
        return ""
    return words.plural(
        ":mag: {count} difference between shop, bank and desk is open.",
        ":mag: {count} differences between shop, bank and desk are open.",
        count,
    )
