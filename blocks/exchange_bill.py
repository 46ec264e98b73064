"""What an exchange will cost and do, before anybody agrees to it: each swap, the sum, and what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids
from blocks.carried import read_carried, write_carried
from blocks.kit import Block, View, code, context, divider, inert, lines, modal, section
from bot.i18n import Words
from bot.rules.case import ReturnCase
from bot.rules.exchange import ExchangeBill, Replacement, Swap
from bot.rules.exchange_flow import MOST_REQUESTS


@dataclass(frozen=True)
class Offered:
    """An exchange with its prices. ``stock`` is by article, None where the shop counts none.

    ``claim``: nothing has to come back. ``changed``: the return is not what it was when the form was opened.
    """

    swaps: tuple[Swap, ...]
    bill: ExchangeBill
    stock: Mapping[tuple[int, int], int | None]
    claim: bool = False
    changed: bool = False


def exchange_bill(case: ReturnCase, offered: Offered, words: Words, *, key: str) -> View:
    """The last look before an exchange is agreed. ``key`` is where the offer is kept that was shown here."""
    blocks = [*_warnings(case, offered, words)]
    blocks += [section(_swap(case, swap, offered, words)) for swap in offered.swaps]
    blocks += [divider(), section(_sum(case, offered.bill, words), "sum")]
    blocks.append(section("\n".join(f"• {text}" for text in _follows(offered, words)), "follows"))
    blocks.append(context(words("From then on no money can be refunded until the exchange is called off.")))
    return modal(
        words("Agree to exchange?"),
        blocks,
        callback_id=ids.AGREE,
        close=words("Back"),
        submit=words("Agree"),
        place=write_carried(case, "offer", key),
    )


def read_offer_key(view: Mapping[str, Any]) -> str:
    """Where the offer is kept that a view shows; empty for a view that is not ours."""
    return read_carried(view, "offer")


def _warnings(case: ReturnCase, offered: Offered, words: Words) -> list[Block]:
    said = [*_scarce(offered, words)]
    if offered.changed:
        said.append(
            words("This return changed since you opened the form. Look at the card before you agree.")
        )
    return [section("\n".join(f":warning: {text}" for text in said), "warnings")] if said else []


def _scarce(offered: Offered, words: Words) -> Iterator[str]:
    """Articles of which the shop counts fewer than go out."""
    for article in dict.fromkeys(_article(swap.replacement) for swap in offered.swaps):
        left, units = offered.stock.get(article), _units(offered, article)
        if left is not None and left < units:
            name = next(
                _name(one.replacement) for one in offered.swaps if _article(one.replacement) == article
            )
            yield words(
                "Of “{name}” the shop has {left}, and {units} go out: reserving them will fail unless more "
                "come in.",
                name=name,
                left=max(left, 0),
                units=units,
            )


def _units(offered: Offered, article: tuple[int, int]) -> int:
    return sum(one.replacement.quantity for one in offered.swaps if _article(one.replacement) == article)


def _article(replacement: Replacement) -> tuple[int, int]:
    return replacement.product_id, replacement.variation_id


def _name(replacement: Replacement) -> str:
    return ", ".join(filter(None, [inert(replacement.name, 70), inert(replacement.variant, 40)]))


def _swap(case: ReturnCase, swap: Swap, offered: Offered, words: Words) -> str:
    item = next((item for item in case.items if item.line_id == swap.returned.line_id), None)
    gone = ", ".join(filter(None, [inert(item.name, 70), inert(item.variant, 40)])) if item else ""
    comes, goes = (
        f"{swap.returned.quantity} × {gone}",
        f"{swap.replacement.quantity} × {_name(swap.replacement)}",
    )
    sku = f" · {code(swap.replacement.sku)}" if swap.replacement.sku else ""
    stock = offered.stock.get(_article(swap.replacement))
    left = (
        words(
            "stock {before} → {after}",
            before=stock,
            after=stock - _units(offered, _article(swap.replacement)),
        )
        if stock is not None
        else ""
    )
    worth = words("counts for {base}, costs {price}", base=swap.base, price=swap.price)
    even = (
        words("same product, same price: an even swap")
        if swap.even_units == swap.replacement.quantity
        else ""
    )
    return lines(f"{comes}  →  *{goes}*{sku}", " · ".join(filter(None, [worth, even, left])))


def _sum(case: ReturnCase, bill: ExchangeBill, words: Words) -> str:
    name = inert(case.order.buyer.name, 80)
    total = words(
        "What comes back counts for {base}, what goes out costs {price}.", base=bill.base, price=bill.price
    )
    waived = (
        words("{amount} is too little to charge and is waived.", amount=bill.waived) if bill.waived else ""
    )
    if bill.owed:
        lead = words("{name} pays {amount}", name=name, amount=bill.owed)
    elif bill.due:
        lead = words("{name} gets {amount} back", name=name, amount=bill.due)
    else:
        lead = words("{name} pays nothing and gets nothing back", name=name)
    return lines(f"*{lead}*", total, waived)


def _follows(offered: Offered, words: Words) -> Iterator[str]:
    """What the desk does by itself once it is agreed."""
    yield words("The stock is reserved at once, in an order of its own in the shop.")
    if offered.bill.owed:
        yield words(
            "The customer is sent a payment link, valid for a day and up to {count} times. Nothing is "
            "shipped before it is paid.",
            count=MOST_REQUESTS,
        )
    if offered.claim:
        yield words("Nothing has to come back: the customer keeps what they have.")
    else:
        yield words(
            "It is released for shipping once the goods are back; where less comes back, less goes out."
        )
    if offered.bill.due:
        yield words(
            "Then the refund box opens for {amount}, as store credit by default.", amount=offered.bill.due
        )
