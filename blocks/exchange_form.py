"""The modal of an exchange: what comes back, what goes out instead, and how it is called off.

It reads no shop: articles are searched while somebody types, and prices come with the bill.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from blocks import ids
from blocks.exchange import in_one_line, wished
from blocks.exchange_form_state import GONE, NO_ANSWER, write_article
from blocks.forms import place_of, whose
from blocks.kit import (
    OPTION,
    Block,
    View,
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
    section,
    ticked,
)
from bot.i18n import Words
from bot.rules.case import CaseItem, ReturnCase
from store.money import Money
from store.terms import Reason

MOST_LINES = 20  # lines of goods that the form can hold
NEVER_CAME = frozenset({Reason.SHORT_SHIPPED, Reason.DAMAGED})  # nobody sends these back


@dataclass(frozen=True)
class Article:
    """Something that can go out, as a menu shows it. ``stock`` None where the shop does not count."""

    product_id: int
    variation_id: int
    name: str
    variant: str = ""
    price: Money | None = None
    stock: int | None = None
    in_stock: bool = True
    backorders: bool = False

    @property
    def out_of_stock(self) -> bool:
        """Whether none is left and the shop sells none before more come in."""
        none_left = not self.in_stock or (self.stock is not None and self.stock <= 0)
        return none_left and not self.backorders


def exchange_form(case: ReturnCase, words: Words) -> View:
    """The modal, filled with what was agreed before or with what the customer wishes."""
    items = case.items[:MOST_LINES]
    blocks = [_who(case, words)]
    for item in items:
        blocks += [divider(), *_line(item, _proposed(case, item, words), words, alone=len(items) == 1)]
    if len(case.items) > MOST_LINES:
        blocks.append(context(words("Only the first {count} lines fit here.", count=MOST_LINES)))
    blocks += [divider(), _claim(case, words)]
    return modal(
        words("Exchange"),
        blocks,
        callback_id=ids.EXCHANGE,
        close=words("Close"),
        submit=words("Continue"),
        place=place_of(case),
    )


def _who(case: ReturnCase, words: Words) -> Block:
    wish = case.exchange
    asked = ""
    if wish is not None and wish.name and not wish.lines:
        asked = "\n" + words("Wants instead: {articles}", articles=in_one_line(wished(wish), words))
    return section(f"{whose(case, words)}{asked}", "who")


@dataclass(frozen=True)
class _Proposed:
    """What one line of the form shows before anybody touches it."""

    article: Article | None = None
    comes_back: int = 0
    goes_out: int = 0


def _proposed(case: ReturnCase, item: CaseItem, words: Words) -> _Proposed:
    wish = case.exchange
    if wish is None:
        return _Proposed()
    agreed = next((line for line in wish.lines if line.line_id == item.line_id), None)
    if agreed is not None:
        article = Article(agreed.product_id, agreed.variation_id, agreed.name, agreed.variant)
        return _Proposed(article, agreed.returned, agreed.quantity)
    wanted = next((one for one in wish.wanted if one.line_id == item.line_id), None)
    if wanted is None or wish.lines:
        return _Proposed()
    name, variant = wanted.name or wish.name, wanted.variant or wish.variant
    if not wanted.name and len(wish.wanted) > 1:  # a wish of before names but one of them
        number = wanted.variation_id or wanted.product_id
        name, variant = words("article no. {number}", number=number), ""
    article = Article(wanted.product_id, wanted.variation_id, name, variant)
    return _Proposed(article, wanted.quantity, wanted.quantity)


def _line(item: CaseItem, proposed: _Proposed, words: Words, *, alone: bool) -> Iterator[Block]:
    name = ", ".join(filter(None, [item.name, item.variant]))
    yield section(f"*{item.quantity} × {inert(name, 110)}* · {words.money(item.due)}")
    yield _replacement(item, proposed.article, words, alone=alone)
    if item.quantity > 1:
        options = [option(str(count), str(count)) for count in counts(item.quantity)]
        start = str(min(proposed.comes_back or item.quantity, item.quantity))
        units = chosen("static_select", options, start)
        yield field(words("Units that come back"), f"{ids.COMES_BACK}:{item.line_id}", units)
    yield _goes_out(item, proposed, words)


def _replacement(item: CaseItem, article: Article | None, words: Words, *, alone: bool) -> Block:
    menu: Block = {
        "type": "external_select",
        "min_query_length": 0,
        "placeholder": plain(words("Name or SKU, two letters at least"), 150),
    }
    if article is not None:
        menu["initial_option"] = article_option(article, words)
    hint = plain(words("Without a word typed, the same product in other sizes and colours."))
    label = words("Goes out instead")
    return field(label, f"{ids.REPLACEMENT}:{item.line_id}", menu, optional=not alone, hint=hint)


def _goes_out(item: CaseItem, proposed: _Proposed, words: Words) -> Block:
    units: Block = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": "999",
        "placeholder": plain(words("as many as come back"), 150),
    }
    if proposed.goes_out and proposed.goes_out != proposed.comes_back:
        units["initial_value"] = str(proposed.goes_out)
    return field(words("Units that go out"), f"{ids.GOES_OUT}:{item.line_id}", units, optional=True)


def _claim(case: ReturnCase, words: Words) -> Block:
    """Proposed where nobody would send anything back: what never came, or came damaged."""
    arrived = any(item.received for item in case.items)
    on = not arrived and all(item.reason in NEVER_CAME for item in case.items)
    about = words("for damaged, wrong or missing items: nothing has to come back")
    boxes = ticked([option(words("Send it without a return"), ids.CLAIM, about)], [ids.CLAIM] if on else [])
    return field(words("Claim"), ids.CLAIM, boxes, optional=True)


def article_option(article: Article, words: Words) -> Block:
    """An article as one choice: name and variant as far as there is room, then its price and its stock.

    Slack cannot show a choice that cannot be made: one that is out of stock is refused when it is handed in.
    """
    price = words.money(article.price) if article.price is not None else ""
    tail = "".join(f" · {text}" for text in (price, _stock(article, words)) if text)
    variant = f" · {fit(article.variant, 30)}" if article.variant else ""
    name = fit(" ".join(article.name.split()) or "?", max(12, OPTION - len(variant) - len(tail)))
    value = write_article(article.product_id, article.variation_id)
    return option(f"{name}{variant}{tail}", f"{GONE}{value}" if article.out_of_stock else value)


def _stock(article: Article, words: Words) -> str:
    if article.price is None and article.stock is None:
        return ""  # only its name is known so far
    if article.stock is not None and article.stock > 0:
        return words("{count} in stock", count=article.stock)
    if article.out_of_stock:
        return words("out of stock")
    return "" if article.stock is None else words("on back-order")


def no_answer_option(words: Words) -> Block:
    """What the menu shows where the shop does not answer in time."""
    return option(words("The shop does not answer just now. Type again."), NO_ANSWER)


def reading_prices(words: Words, external_id: str) -> View:
    """What shows while the shop is asked; ``external_id`` is how it is found again."""
    said = section(words("Reading prices and stock from the shop…"), "reading")
    view = modal(words("Exchange"), [said], callback_id=ids.NOTICE, close=words("Back"))
    return {**view, "external_id": external_id}


def not_possible(reasons: tuple[str, ...], words: Words) -> View:
    """Why the exchange cannot be agreed as it was filled in; ``reasons`` are marked-up sentences."""
    said = [section(f":warning: {reason}") for reason in reasons]
    kept = context(words("Nothing was agreed. What you filled in is still there: press Back."))
    return modal(words("Exchange"), [*said, kept], callback_id=ids.NOTICE, close=words("Back"))


def cancel_exchange(case: ReturnCase, words: Words) -> View:
    """Call an exchange off: what happens then, and what the customer gets instead."""
    options = [
        option(words("A refund"), "refund", words("money back the way it was paid")),
        option(words("Store credit"), "store_credit", words("a coupon")),
    ]
    blocks = [
        section("\n".join(f"• {text}" for text in _undoing(case, words)), "undoing"),
        field(
            words("What does the customer get instead?"),
            ids.INSTEAD,
            chosen("radio_buttons", options, "refund"),
        ),
        context(words("The refund box opens once everything is undone; nothing is paid back by this alone.")),
    ]
    return modal(
        words("Cancel exchange"),
        [_who(case, words), *blocks],
        callback_id=ids.CANCEL_EXCHANGE,
        close=words("Back"),
        submit=words("Call it off"),
        place=place_of(case),
    )


def _undoing(case: ReturnCase, words: Words) -> Iterator[str]:
    wish = case.exchange
    if wish is not None and wish.link_sent_at and wish.unpaid:
        yield words("The payment link is closed; the customer can no longer pay.")
    if wish is not None and wish.order_id:
        number = inert(wish.order_number or str(wish.order_id), 30)
        yield words("Order {order} is cancelled and its stock is free again.", order=f"#{number}")
    if wish is not None and wish.paid and wish.paid_at:
        yield words("The {amount} the customer paid goes back to their card.", amount=wish.paid)
    yield words("From then on money can be given back for what comes back.")
