"""The goods of an exchange arrive: as announced it goes on; where less came, less goes out (rule X7)."""

from collections import Counter
from dataclasses import replace

from bot import documents
from bot.desk.changes import Change
from bot.desk.exchange_facts import facts_of, keep_facts, plan_of, standing
from bot.desk.exchange_steps import THE_GOODS, exchanged, go_on, units_in
from bot.gateways.stripe_amounts import smallest_charge, step
from bot.i18n import N_
from bot.rules.exchange import Swap, as_received, write_exchange_bill
from bot.rules.exchange_flow import ExchangePlan, OrderState
from store import returns
from store.models import Resolution
from store.terms import Condition

NOT_THE_GOODS = (Condition.MISSING, Condition.WRONG_ITEM)


def goods_arrived(change: Change) -> None:
    """Go on with the exchange of a return whose goods came in, if it has one."""
    row = standing(returns.resolutions_of(change.session, change.return_id))
    plan = plan_of(row) if row is not None else None
    if row is None or plan is None:
        return
    came, wanted = units_in(change, THE_GOODS), exchanged(plan)
    counted = came + units_in(change, NOT_THE_GOODS)
    short = any(came[line] < units for line, units in wanted.items())
    if short and all(counted[line] >= units for line, units in wanted.items()) and not _is_sent(row):
        _decide_on_what_came(change, row, plan, came)
    go_on(change, row)


def _decide_on_what_came(change: Change, row: Resolution, plan: ExchangePlan, came: Counter[int]) -> None:
    swaps = _received(plan.swaps, came)
    facts = facts_of(row)
    if not swaps:
        nothing = N_("Nothing of what was to be exchanged has arrived.")
        keep_facts(row, replace(facts, trouble=nothing, trouble_values={}))
        change.note("exchange_stuck", reference=row.reference, why=nothing, values={})
        return
    currency = row.currency
    bill = write_exchange_bill(swaps, minimum=smallest_charge(currency), step=step(currency))
    less = replace(plan, revision=plan.revision + 1, swaps=swaps, bill=bill, asked_before=len(facts.payments))
    row.choice = documents.write(less)
    change.note("exchange_less", reference=row.reference, difference=bill.difference.minor)
    change.tell_team(f"{row.reference}-less-{less.revision}", "exchange_less", resolution=row.id)
    change.session.add(row)


def _received(swaps: tuple[Swap, ...], came: Counter[int]) -> tuple[Swap, ...]:
    left, kept = Counter(came), []
    for swap in swaps:
        line, units = swap.returned.line_id, min(left[swap.returned.line_id], swap.returned.quantity)
        left[line] -= units
        smaller = as_received(swap, units)
        if smaller is not None:
            kept.append(smaller)
    return tuple(kept)


def _is_sent(row: Resolution) -> bool:
    return any(one.state is OrderState.RELEASED for one in facts_of(row).orders)
