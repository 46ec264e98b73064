"""Lists and homes for looks: the cards as lines of a list."""

from collections.abc import Iterator, Sequence
from typing import Any

from blocks.home import days_form, home, search_form
from blocks.lists import list_message, shared_message, shown_return
from bot.desk.search import goods_of, thousandths_of
from bot.i18n import Words
from bot.rules.alerts import alerts, colour
from bot.rules.case import ReturnCase
from bot.rules.listing import Count, HomePage, Line, Page
from bot.rules.views import EVERYBODYS, View
from store.money import Money
from tests.blocks.cards import CARDS
from tests.make import NOON

PERMALINK = "https://acme.slack.com/archives/C01RETURNS/p1763900000000100"
NAMES = ("exchange_unpaid", "new_extended", "received", "answer_unknown", "settled", "new_credit")
REFUSAL = "Only the returns team can decide on returns. Ask an admin to add you to it."
MINE = (View("Black Friday, dear ones", "period 2026-11-27..2026-11-30 >100"), View("Léa", "open <@U03LEA>"))


def line_of(case: ReturnCase, place: int = 0, card_url: str = PERMALINK) -> Line:
    """The line of a case, as if it were kept."""
    buyer = case.order.buyer
    return Line(
        return_id=42 + place,
        version=case.version,
        number=f"RMA-{1042 + place}",
        order_number=case.order.number,
        customer=buyer.name,
        wish=case.wish,
        status=case.status,
        owner=case.owner.user_id if case.owner else "",
        level=colour(case),
        alerts=tuple(alert.name for alert in alerts(case)),
        amount=Money(thousandths_of(case) // 10, case.order.currency),
        goods=goods_of(case),
        others=max(len(case.items) - 1, 0),
        opened_at=case.opened_at,
        received_at=case.received_at,
        owner_since=case.opened_at,
        unanswered_since=case.unanswered_since,
        refund_due_by=case.refund_due_by,
        card_url=card_url,
    )


def a_page(cases: Sequence[ReturnCase], number: int = 0, **more: Any) -> Page:
    """A page of these; ``number`` is how many there are in all."""
    lines = tuple(line_of(case, place) for place, case in enumerate(cases))
    return Page(lines, Count(number or len(lines), not more.pop("more", False)), **{**ALONE, **more})


ALONE: dict[str, Any] = {"first": 1, "newer": "", "older": ""}
BUSY = [CARDS[name] for name in NAMES]
MIDDLE = {"first": 11, "newer": "n9.1", "older": "o3.21"}
COUNTS = tuple(Count(number) for number in (12, 7, 3, 15, 4, 2))


def a_home(
    search: str, page: Page, views: tuple[View, ...] = (), counts: Sequence[Count] = COUNTS
) -> HomePage:
    """A home that looks at ``search``."""
    return HomePage(search, views, tuple(counts), page)


def lists(words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    """Answers to searches."""
    yield "found", list_message(a_page(BUSY[:5]), "marie", words, NOON, "")
    yield "found_page", list_message(a_page(BUSY, 112, **MIDDLE), "pending", words, NOON, "o19.11")
    yield "shared", shared_message(a_page(BUSY, 112, **MIDDLE), "pending", "U01ALICE", words, NOON)
    yield "found_many", list_message(a_page(BUSY, 1000, more=True, older="o3.7"), "marie", words, NOON)
    for name, url in (("received", ""), ("exchange_unpaid", PERMALINK), ("settled", PERMALINK)):
        yield f"shown_{name}", shown_return(CARDS[name], url, words)
    yield "nothing_open", list_message(a_page([]), "", words, NOON)
    yield "nothing_found", list_message(a_page([]), "9999", words, NOON)


def homes(words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    """App Home, and what opens from it."""
    none = [Count(0)] * len(EVERYBODYS)
    busy = a_home("", a_page(BUSY, 34, older="o3.7"), MINE)
    narrowed = a_home("pending period week exchange", a_page(BUSY, 112, **MIDDLE), MINE)
    yield "busy", home(busy, words, now=NOON, campaigns=["black-friday-2026"])
    yield "narrowed", home(narrowed, words, now=NOON, campaigns=["black-friday-2026"])
    yield "view", home(a_home("overdue", a_page(BUSY[:1])), words, now=NOON)
    yield "differences", home(a_home("", a_page(BUSY[:2])), words, now=NOON, differences=2)
    yield "empty", home(a_home("", a_page([]), counts=none), words, now=NOON)
    yield "nothing_found", home(a_home("zzz", a_page([])), words, now=NOON)
    yield "refused", home(None, words, now=NOON, refusal=REFUSAL)
    yield "search", search_form("pending exchange", MINE, words)
    yield "search_new", search_form("", (), words)
    yield "days", days_form(NOON.date(), words)
