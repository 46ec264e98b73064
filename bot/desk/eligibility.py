"""The shop's returns policy applied to an order: what of it a customer may ask for now."""

from collections.abc import Mapping

from bot.desk import Desk
from bot.desk.intake import units_left
from bot.rules.eligibility import Calendar, Traits, Verdict, judge
from bot.rules.order import OrderSnapshot
from store import returns
from store.db import reading

Article = tuple[int, int]


def judge_order(
    desk: Desk, order: OrderSnapshot, traits: Mapping[Article, Traits] | None = None
) -> Mapping[int, Verdict]:
    """A verdict on each product line of ``order``, by line.

    ``traits`` are asked of the catalogue where they are not given and the policy needs them; an article that
    is gone has none. Raises Unreachable.
    """
    known = traits_of(desk, order) if traits is None else traits
    settings = desk.settings
    with reading(desk.engine) as session:
        units = units_left(session, order)
        extension = returns.extension_of(session, order.order_id)
    calendar = Calendar(
        desk.now(), settings.timezone, settings.holidays, extension.new_end if extension else None
    )
    return {
        line.line_id: judge(
            order,
            line,
            policy=desk.return_policy,
            traits=known.get((line.product_id, line.variation_id), Traits()),
            units=units[line.line_id],
            calendar=calendar,
        )
        for line in order.products
    }


def traits_of(desk: Desk, order: OrderSnapshot) -> Mapping[Article, Traits]:
    """What the catalogue says of the order's articles, as far as the policy wants to know."""
    policy = desk.return_policy
    if not policy.asks_catalogue:
        return {}
    articles = {(line.product_id, line.variation_id) for line in order.products}
    return desk.shop.read_traits(articles, prices_of=order.order_id if policy.asks_prices else None)
