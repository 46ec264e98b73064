"""The returns policy tried on every order the desk knows: what could come back today, and what not."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Engine
from sqlmodel import select

from bot import documents
from bot.commands.console import give_up
from bot.commands.database import a_desk
from bot.config import Settings
from bot.desk import Desk
from bot.desk.eligibility import judge_order
from bot.errors import GatewayError
from bot.i18n import Words
from bot.rules.eligibility import Refusal, Traits, Verdict
from bot.rules.order import OrderLine, OrderSnapshot
from store.db import reading
from store.models import ShopOrder

EXAMPLES = 2
REFUSALS: Mapping[Refusal, str] = {
    Refusal.GIFT_CARD: "gift card",
    Refusal.NOT_PAID: "order not paid",
    Refusal.RULE: "the rule says no",
    Refusal.ALL_BACK: "returned already, or asked for",
    Refusal.TOO_LATE: "too late",
}


@dataclass(frozen=True)
class Tried:
    """One line of an order, and what the policy says of it."""

    order: OrderSnapshot
    line: OrderLine
    verdict: Verdict


def try_policy(settings: Settings, *, every: bool) -> None:
    """Print what the policy would do with the stored orders, as examples or all of them."""
    console = Console(soft_wrap=True)
    with a_desk(settings) as desk:
        try:
            tried = list(tries(desk, stored_orders(desk.engine)))
        except GatewayError as e:
            give_up([f"The shop does not tell its categories, tags and prices: {e.detail}"])
        for text in report(desk, tried, EXAMPLES if not every else len(tried)):
            console.print(escape(text), highlight=False)


def stored_orders(engine: Engine) -> list[OrderSnapshot]:
    """Every order as last read, the newest first."""
    with reading(engine) as session:
        rows = session.exec(select(ShopOrder)).all()
        orders = [documents.read(OrderSnapshot, row.snapshot) for row in rows]
    return sorted(orders, key=lambda order: order.created_at, reverse=True)


def tries(desk: Desk, orders: list[OrderSnapshot]) -> Iterator[Tried]:
    """Every product line of the orders with its verdict; the catalogue is asked once for all of them."""
    known = _traits(desk, orders)
    for order in orders:
        verdicts = judge_order(desk, order, known if not desk.return_policy.asks_prices else None)
        yield from (Tried(order, line, verdicts[line.line_id]) for line in order.products)


def report(desk: Desk, tried: list[Tried], examples: int) -> Iterator[str]:
    """The lines to print: how many could come back by which rule, how many not and why, and idle rules."""
    good = [one for one in tried if one.verdict.refusal is None]
    orders = len({one.order.order_id for one in tried})
    counts = f"{len(good)} could be returned today, {len(tried) - len(good)} not"
    yield f"{len(tried)} lines of {orders} orders: {counts}."
    yield from _table("Could be returned", good, desk, examples)
    yield from _table("Could not", [one for one in tried if one.verdict.refusal], desk, examples)
    fitted = {one.verdict.rule for one in tried}
    idle = [rule.name for rule in desk.return_policy.rules if rule.name not in fitted]
    if idle:
        yield ""
        yield f"Rules that fit none of these lines: {', '.join(idle)}"


def _table(heading: str, tried: list[Tried], desk: Desk, examples: int) -> Iterator[str]:
    groups: defaultdict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        groups[_group(one.verdict)].append(one)
    if groups:
        yield ""
        yield heading
    for name, members in sorted(groups.items(), key=lambda group: -len(group[1])):
        yield f"{len(members):>6}  {name}"
        yield from (f"        {_example(one, desk.words)}" for one in members[:examples])


def _group(verdict: Verdict) -> str:
    rule = f"rule “{verdict.rule}”" if verdict.rule else "as in general"
    if verdict.refusal is None:
        return rule
    shown = verdict.refusal in (Refusal.RULE, Refusal.TOO_LATE)
    return f"{REFUSALS[verdict.refusal]}, {rule}" if shown else REFUSALS[verdict.refusal]


def _example(one: Tried, words: Words) -> str:
    until = f", until {one.verdict.until.isoformat()}" if one.verdict.until else ", no end"
    return f"order {one.order.number}: {words.money(one.line.gross)} {one.line.name}{until}"


def _traits(desk: Desk, orders: list[OrderSnapshot]) -> Mapping[tuple[int, int], Traits]:
    if not desk.return_policy.asks_catalogue or desk.return_policy.asks_prices:
        return {}
    lines = (line for order in orders for line in order.products)
    return desk.shop.read_traits({(line.product_id, line.variation_id) for line in lines})
