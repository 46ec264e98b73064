"""The shop's returns policy applied to an order: what of it a customer may ask for now."""

from collections.abc import Mapping

from bot.desk import Desk
from bot.desk.intake import Judged, units_left
from bot.rules.eligibility import Calendar, Traits, Verdict, judge, last_day
from bot.rules.order import OrderLine, OrderSnapshot
from store import returns
from store.db import reading
from store.terms import Reason

Article = tuple[int, int]


def judge_order(
    desk: Desk, order: OrderSnapshot, traits: Mapping[Article, Traits] | None = None
) -> Mapping[int, Verdict]:
    """A verdict on each product line of ``order``, by line.

    ``traits`` are asked of the catalogue where they are not given and the policy needs them; an article that
    is gone has none. Raises Unreachable.
    """
    known = traits_of(desk, order) if traits is None else traits
    calendar = _calendar(desk, order)
    with reading(desk.engine) as session:
        units = units_left(session, order)
    return {
        line.line_id: judge(
            order,
            line,
            policy=desk.return_policy,
            traits=_traits(known, line),
            units=units[line.line_id],
            calendar=calendar,
        )
        for line in order.products
    }


def window_for(desk: Desk, order: OrderSnapshot, reasons: Mapping[int, Reason]) -> Judged:
    """The last day to ask for these lines, each for its reason: that of the line that has longest.

    What a rule says of a line beyond its days binds nobody here. Raises Unreachable.
    """
    policy, known, calendar = desk.return_policy, traits_of(desk, order), _calendar(desk, order)
    ends = [
        last_day(
            order, line, reasons[line.line_id], policy=policy, traits=_traits(known, line), calendar=calendar
        )
        for line in order.products
        if line.line_id in reasons
    ]
    days = [end for end in ends if end is not None]
    return Judged(max(days) if days and len(days) == len(ends) else None)


def traits_of(desk: Desk, order: OrderSnapshot) -> Mapping[Article, Traits]:
    """What the catalogue says of the order's articles, as far as the policy wants to know."""
    policy = desk.return_policy
    if not policy.asks_catalogue:
        return {}
    articles = {(line.product_id, line.variation_id) for line in order.products}
    return desk.shop.read_traits(articles, prices_of=order.order_id if policy.asks_prices else None)


def _traits(known: Mapping[Article, Traits], line: OrderLine) -> Traits:
    return known.get((line.product_id, line.variation_id), Traits())


def _calendar(desk: Desk, order: OrderSnapshot) -> Calendar:
    settings = desk.settings
    with reading(desk.engine) as session:
        extension = returns.extension_of(session, order.order_id)
    return Calendar(
        desk.now(), settings.timezone, settings.holidays, extension.new_end if extension else None
    )
