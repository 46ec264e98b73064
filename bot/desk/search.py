"""Find returns by what people have at hand, and keep them findable."""

from collections.abc import Iterable

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.cases import case_of
from bot.rules.alerts import alerts, colour
from bot.rules.case import ReturnCase
from bot.rules.finding import THOUSANDTHS, digits_of, fold
from store import marks, search
from store.db import reading, writing
from store.money import exponent, total
from store.search_models import SearchEntry
from store.terms import ResolutionStatus

MOST = 10  # cases in one answer
FINDABLE, ALL = "search.findable", "all"
BATCH = 200  # returns made findable in one transaction


def keep_findable(session: Session, case: ReturnCase) -> None:
    """Write down what a search may find of the case, inside the caller's transaction."""
    entry = SearchEntry(
        return_id=case.return_id,
        words=words_of(case),
        alerts="".join(f" {alert.name} " for alert in alerts(case)),
        level=colour(case),
        amount=thousandths_of(case),
        goods=goods_of(case),
        others=max(len(case.items) - 1, 0),
    )
    search.keep(session, entry)


def words_of(case: ReturnCase) -> str:
    """The searchable fields of a case, as the index keeps them."""
    buyer = case.order.buyer
    goods = (part for item in case.items for part in (item.sku, item.name, item.variant))
    return entry_words(
        [
            case.number,
            digits_of(case.number),
            case.order.number,
            buyer.name,
            buyer.email,
            digits_of(buyer.phone),
            case.tracking_number,
            *goods,
        ]
    )


def entry_words(fields: Iterable[str]) -> str:
    """The fields folded, each on a line of its own; a short word also has a line alone."""
    lines = [fold(one) for one in fields]
    short = [word for line in lines for word in line.split() if len(word) < search.SHORTEST]
    return "\n" + "".join(f"{line}\n" for line in dict.fromkeys(filter(None, [*lines, *short])))


def index_missing(desk: Desk) -> None:
    """Make findable what is not: returns from before there was a search. New ones are from the start."""
    with reading(desk.engine) as session:
        last = marks.read(session, FINDABLE)
    while last != ALL:
        with writing(desk.engine) as session:
            rows = search.missing(session, BATCH)
            for row in rows:
                keep_findable(session, case_of(desk, session, row))
            last = ALL if not rows else ""
            marks.write(session, FINDABLE, last)


def thousandths_of(case: ReturnCase) -> int:
    """What was paid in the end; before that, what the units are worth."""
    done = [one for one in case.resolutions if one.status is ResolutionStatus.DONE]
    due = total((item.due for item in case.items), case.order.currency)
    amount = (done[-1].credit or done[-1].amount) if done else due
    return amount.minor * THOUSANDTHS // int(10 ** exponent(amount.currency))


def goods_of(case: ReturnCase) -> str:
    """The first article with its quantity."""
    first = case.items[0] if case.items else None
    return f"{first.quantity} × {first.name}" if first else ""
