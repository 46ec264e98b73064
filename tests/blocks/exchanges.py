"""Exchanges for every look: wished, agreed, waiting, stuck, called off, done, and the bills before them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from blocks import exchange_bill, exchange_form
from blocks.exchange_bill import Offered
from bot.i18n import Words
from bot.rules.case import (
    ExchangeDoubt,
    ExchangeLine,
    ExchangeState,
    ReturnCase,
    StrayPayment,
    UnseenPayment,
    WantedArticle,
)
from bot.rules.choice import SettledLine, Settlement
from bot.rules.exchange import Replacement, Returned, Swap, write_exchange_bill
from bot.rules.order import TaxShare
from store.money import Money
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.make import ALICE, NOON, money

HOODIE = ExchangeLine(1, 2, "Hoodie, grey", "L", "HOOD-L-G", 1, money("96.00"), 310, 311)
CAP = ExchangeLine(1, 2, "Cap", "", "CAP-1", 1, money("51.00"), 320)
MUG = ExchangeLine(1, 2, "Mug 1", "blue", "MUG-1-B", 2, money("66.00"), 101, 102)
ORDERED: dict[str, Any] = {"order_id": 5590, "order_number": "5590"}
SENT: dict[str, Any] = {
    "link": "https://shop.example/pay/cs_1",
    "link_sent_at": NOON - timedelta(hours=20),
    "link_expires_at": NOON + timedelta(hours=4),
}
PAID: dict[str, Any] = {"paid": money("30.00"), "paid_at": NOON - timedelta(hours=3), "payment": "pi_3Qx7"}
STRAY = StrayPayment(2, money("30.00"), NOON - timedelta(hours=1), "pi_4Ry8")
SHOP = "https://shop.example/wp-admin/admin.php?page=wc-orders&action=edit&id=5567"


def exchanging(state: ExchangeState, *lines: ExchangeLine, **given: Any) -> ReturnCase:
    """Two mugs back; what goes out instead as far as it has come."""
    article = lines[0] if lines else HOODIE
    difference, used_up = given.pop("difference", "30.00"), given.pop("settled", None)
    name = {"name": article.name, "variant": article.variant, "sku": article.sku, "price": article.price}
    wish = make.an_exchange(difference, **{**name, "stock": None, "state": state, "lines": lines, **given})
    if wish.difference is not None:
        wish = replace(wish, due=Money(max(0, -wish.difference.minor), "EUR"))
    held = make.a_resolution(
        ResolutionStatus.DONE if state is ExchangeState.DONE else ResolutionStatus.PLANNED,
        method=Method.EXCHANGE,
        amount=money("0.00"),
        kept=money("0.00"),
    )
    fields: dict[str, Any] = {
        "order": replace(make.an_order(), store_url=SHOP),
        "status": ReturnStatus.RECEIVED,
        "received_at": NOON - timedelta(hours=2),
        "owner": ALICE,
        "owner_since": NOON - timedelta(hours=1),
    }
    if used_up is not None:
        line = SettledLine(1, 0, used_up, (TaxShare(1, money("8.50")),))
        fields["settlements"] = (Settlement(held.reference, (line,), money("0.00")),)
    return make.a_case(wish=Wish.EXCHANGE, exchange=wish, resolutions=(held,), **fields)


def closed(case: ReturnCase, status: ReturnStatus = ReturnStatus.RESOLVED) -> ReturnCase:
    """The same return, over."""
    return replace(case, status=status, closed_at=NOON, closed_by=ALICE)


def _paid_off() -> ReturnCase:
    """Exchanged, and what the replacement was cheaper given as store credit."""
    case = exchanging(ExchangeState.DONE, CAP, difference="-15.00", **ORDERED)
    credit = make.a_resolution(
        resolution_id=2,
        reference="RMA-1042-R2",
        method=Method.STORE_CREDIT,
        amount=money("15.00"),
        credit=money("15.75"),
        kept=money("0.00"),
        credit_code_tail="7KQ2",
    )
    return closed(replace(case, resolutions=(*case.resolutions, credit)))


STOCK_OUT: dict[str, Any] = {
    "trouble": "“{name}” is out of stock.",
    "trouble_values": {"name": "Hoodie, grey, L"},
}
REFUSED: dict[str, Any] = {"trouble": "STRIPE_API_KEY was removed, so Stripe cannot be asked."}
WANTED = tuple(
    WantedArticle(number, 2, one.product_id, one.variation_id, one.name, one.variant, one.sku, one.price, 7)
    for number, one in enumerate((HOODIE, CAP, MUG, replace(CAP, name="Beret"), HOODIE), 1)
)
UNSEEN = UnseenPayment(
    money("30.00"),
    "cs_test_a1b2",
    NOON - timedelta(hours=2),
    "The answer was: {text}",
    {"text": "Stripe: Invalid API key provided"},
)
NOT_SHOWN = "Stripe refuses to show whether the difference was paid."
S = ExchangeState
DOUBT = ExchangeDoubt(False, NOON - timedelta(seconds=40), NOON + timedelta(minutes=2))
EXCHANGES: dict[str, ReturnCase] = {
    "exchange_wished": exchanging(S.WISHED, difference=None, stock=7),
    "exchange_wished_several": exchanging(S.WISHED, difference=None, wanted=WANTED),
    "exchange_claim": exchanging(S.UNDER_WAY, MUG, difference="0.00", claim=True, **ORDERED),
    "exchange_claim_done": closed(exchanging(S.DONE, MUG, difference="0.00", claim=True, **ORDERED)),
    "exchange_under_way": exchanging(S.UNDER_WAY, HOODIE),
    "exchange_checking": exchanging(S.UNDER_WAY, HOODIE, checking=True, doubt=DOUBT),
    "exchange_checking_stripe": exchanging(
        S.UNDER_WAY, HOODIE, checking=True, doubt=replace(DOUBT, stripe=True), **ORDERED
    ),
    "exchange_awaiting_payment": exchanging(S.AWAITING_PAYMENT, HOODIE, **ORDERED, **SENT),
    "exchange_awaiting_goods": exchanging(S.AWAITING_GOODS, MUG, difference="0.00", **ORDERED),
    "exchange_unreserved": exchanging(S.AWAITING_GOODS, MUG, difference="0.00", unreserved=True, **ORDERED),
    "exchange_paid_awaiting_goods": exchanging(S.AWAITING_GOODS, HOODIE, **ORDERED, **PAID),
    "exchange_waived": exchanging(S.AWAITING_GOODS, MUG, difference="0.00", waived=money("0.49"), **ORDERED),
    "exchange_cheaper": exchanging(S.AWAITING_GOODS, CAP, difference="-15.00", **ORDERED),
    "exchange_many": exchanging(
        S.AWAITING_GOODS,
        HOODIE,
        CAP,
        replace(MUG, line_id=2),
        replace(CAP, line_id=3, name="Beret"),
        MUG,
        **ORDERED,
    ),
    "exchange_unseen": exchanging(S.AWAITING_PAYMENT, HOODIE, unseen=UNSEEN, **ORDERED, **SENT),
    "exchange_unseen_stuck": exchanging(S.STUCK, HOODIE, unseen=UNSEEN, trouble=NOT_SHOWN, **ORDERED, **SENT),
    "exchange_lapsed": exchanging(S.LAPSED, HOODIE, **ORDERED),
    "exchange_stuck": exchanging(S.STUCK, HOODIE, **STOCK_OUT),
    "exchange_stuck_unknown": exchanging(S.STUCK, HOODIE, checking=True),
    "exchange_stuck_ending": exchanging(S.STUCK, HOODIE, ending=True, **REFUSED, **ORDERED, **PAID),
    "exchange_ending": exchanging(S.ENDING, HOODIE, **ORDERED, **PAID),
    "exchange_stray": exchanging(S.AWAITING_GOODS, HOODIE, strays=(STRAY,), **ORDERED, **PAID),
    "exchange_strays_closed": closed(exchanging(S.DONE, HOODIE, strays=(STRAY, STRAY), **ORDERED, **PAID)),
    "exchange_due": exchanging(S.DONE, CAP, difference="-15.00", settled=money("51.00"), **ORDERED),
    "exchange_done": closed(exchanging(S.DONE, HOODIE, **ORDERED, **PAID)),
    "exchange_done_even": closed(exchanging(S.DONE, MUG, difference="0.00", **ORDERED)),
    "exchange_done_and_due_paid": _paid_off(),
    "exchange_stuck_closed": closed(exchanging(S.STUCK, HOODIE, **STOCK_OUT), ReturnStatus.CANCELLED),
}


def swapped(out: Replacement, paid: str = "66.00", units: int = 2, **given: Any) -> Swap:
    """Two of the mugs for something else."""
    return Swap(Returned(1, 101, 0, units, money(paid), **given), out)


OUT_HOODIE = Replacement(310, 311, "Hoodie, grey", 1, money("96.00"), variant="L", sku="HOOD-L-G")
OUT_CAP = Replacement(320, 0, "Cap", 1, money("51.00"), sku="CAP-1")
OUT_MUG = Replacement(101, 102, "Mug 1", 2, money("33.00"), variant="blue", sku="MUG-1-B")
OUT_ALMOST = Replacement(330, 0, "Glass", 1, money("66.49"), sku="GLASS")


def an_offer(*swaps: Swap, stock: int | None = 7, **given: Any) -> Offered:
    """An offer with everything on the shelf."""
    bill = write_exchange_bill(swaps, minimum=money("0.50"))
    articles = {(one.replacement.product_id, one.replacement.variation_id): stock for one in swaps}
    return Offered(swaps, bill, articles, **given)


OFFERS: dict[str, Offered] = {
    "dearer": an_offer(swapped(OUT_HOODIE)),
    "cheaper": an_offer(swapped(OUT_CAP)),
    "even": an_offer(swapped(OUT_MUG, list_price=money("33.00"))),
    "waived": an_offer(swapped(OUT_ALMOST), stock=None),
    "claim": an_offer(swapped(OUT_MUG, list_price=money("33.00")), claim=True),
    "out_of_stock": an_offer(swapped(OUT_HOODIE), stock=0),
    "changed": an_offer(swapped(OUT_HOODIE), swapped(OUT_CAP, "33.00", 1), changed=True),
}


def views(words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every modal of an exchange."""
    wished, agreed = EXCHANGES["exchange_wished"], EXCHANGES["exchange_cheaper"]
    assert wished.exchange is not None
    named = replace(wished.exchange, wanted=(WantedArticle(1, 2, 310, 311),))
    two = (WantedArticle(1, 2, 310, 311), WantedArticle(2, 1, 320))
    damaged = make.an_item(reason=Reason.DAMAGED)
    several = (make.an_item(received={Condition.GOOD: 2}), make.an_item(2, 1, "33.00"))
    yield "form_wished", exchange_form.exchange_form(wished, words)
    yield "form_named", exchange_form.exchange_form(replace(wished, exchange=named), words)
    yield "form_agreed", exchange_form.exchange_form(agreed, words)
    yield "form_claim", exchange_form.exchange_form(make.a_case(damaged), words)
    yield "form_several", exchange_form.exchange_form(make.a_case(*several), words)
    yield "form_several_wished", exchange_form.exchange_form(EXCHANGES["exchange_wished_several"], words)
    wanting = make.a_case(*several, exchange=replace(named, wanted=two))
    yield "form_several_named", exchange_form.exchange_form(wanting, words)
    yield "reading", exchange_form.reading_prices(words, "exchange-1")
    yield "not_possible", exchange_form.not_possible((words("Choose at least one unit."),), words)
    for name, offered in OFFERS.items():
        yield (
            f"bill_{name}",
            exchange_bill.exchange_bill(agreed, offered, words, key="desk.exchange_prices/7"),
        )
    for name in ("exchange_wished", "exchange_awaiting_payment", "exchange_paid_awaiting_goods"):
        yield f"cancel_{name}", exchange_form.cancel_exchange(EXCHANGES[name], words)
