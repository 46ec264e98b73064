"""The refund box: what arrived, fees and adjustments, how. Its forecast is the quote that would be sent."""

from collections.abc import Mapping, Sequence

from blocks import ids
from blocks.alerts import stock_move
from blocks.exchange import do_not_refund
from blocks.forms import whose
from blocks.kit import (
    TITLE,
    Block,
    View,
    chosen,
    context,
    counts,
    divider,
    field,
    header,
    inert,
    lines,
    modal,
    option,
    plain,
    quoted,
    section,
    sentence,
    text_input,
    ticked,
)
from blocks.refund_box_state import write_confirmed, write_units
from bot import customer
from bot.i18n import N_, Words
from bot.rules.case import CaseItem, ReturnCase
from bot.rules.choice import ChosenUnits, Problem, RefundChoice, RefundQuote
from bot.rules.exchange_alerts import exchange_do_not_refund
from bot.rules.mixed import back_to_credit
from bot.rules.order import LineKind
from bot.rules.proposal import possible_methods
from store.terms import FAULT_REASONS, Condition, Method

GROUP = 10  # check boxes that one input can hold
MOST_LINES = 30  # lines of goods that the box can hold
MIXED = 6  # units up to which every mix of good and damaged is offered

METHODS = {
    Method.GATEWAY_REFUND: N_("Back to {title}"),
    Method.STORE_CREDIT: N_("Store credit"),
    Method.MANUAL_REFUND: N_("Manual refund"),
}


def refund_box(
    case: ReturnCase,
    choice: RefundChoice,
    quote: RefundQuote,
    words: Words,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Problem] | None = None,
) -> View:
    """The modal for ``choice``. ``typed`` are texts as they were written, ``errors`` those not understood."""
    blocks = [_who(case, words)]
    if case.exchange_stands:
        alert = exchange_do_not_refund(case)
        blocks.append(section(do_not_refund(alert.values if alert else {}, case, words), "exchange"))
        return modal(
            words("Refund box"), blocks, callback_id=ids.NOTICE, close=words("Close"), place=_place(case)
        )
    blocks += [header(words("1. What arrived")), *_goods(case, choice, words)]
    blocks += [header(words("2. Fees and adjustments")), *_fees(case, choice, quote, words, typed or {})]
    blocks += [header(words("3. How")), *_how(case, choice, quote, words, typed or {}), divider()]
    blocks += _forecast(case, quote, words, errors or {})
    return modal(
        words("Refund box"),
        blocks,
        callback_id=ids.BOX,
        close=words("Close"),
        submit=words("Continue"),
        place=_place(case),
    )


def confirm_box(case: ReturnCase, choice: RefundChoice, quote: RefundQuote, words: Words) -> View:
    """The last look: amount and destination again, what to mind, and what the customer will read."""
    minded = [problem for problem in quote.problems if problem.warning]
    blocks = [
        *_problems(minded, words),
        section(f"*{_gets(case, quote, words)}*", "amount"),
        section(_effects(case, quote, words), "effects"),
        context(words("The customer will read:")),
        quoted(_letter(case, quote), "letter"),
        context(words("Once it is sent it cannot be taken back.")),
    ]
    return modal(
        words("Are you sure?"),
        blocks,
        callback_id=ids.CONFIRM,
        close=words("Back"),
        submit=_deed(quote, words),
        place=write_confirmed(case, choice, quote.amount),
    )


def _deed(quote: RefundQuote, words: Words) -> str:
    """The last button names the deed, with its amount where that fits."""
    if not quote.amount:
        return words("Settle without payment")
    if quote.method is Method.STORE_CREDIT:
        told = words("Issue {amount}", amount=quote.credit)
    elif quote.method is Method.MANUAL_REFUND:
        told = words("Book {amount}", amount=quote.amount)
    else:
        told = words("Refund {amount}", amount=quote.amount)
    return told if len(told) <= TITLE else words("Yes, do it")


def _letter(case: ReturnCase, quote: RefundQuote) -> str:
    """The note as it will be sent: in the customer's language, whoever looks at the box."""
    return customer.forecast_text(case, quote, Words(case.language, case.timezone))


def _place(case: ReturnCase) -> str:
    return f"{case.return_id}:{case.version}"


def _who(case: ReturnCase, words: Words) -> Block:
    paid = words(
        "paid {amount} by {title}", amount=case.order.total, title=inert(case.order.payment_title, 60)
    )
    return section(f"{whose(case, words)} · {paid}", "who")


def _goods(case: ReturnCase, choice: RefundChoice, words: Words) -> list[Block]:
    """Check boxes in groups of ten, and for each ticked line how many units came in which condition."""
    items = case.items[:MOST_LINES]
    by_line = {
        item.line_id: tuple(one for one in choice.units if one.line_id == item.line_id) for item in items
    }
    on = [str(line_id) for line_id, units in by_line.items() if units]
    blocks = []
    for start in range(0, len(items), GROUP):
        options = [_line_option(item, words) for item in items[start : start + GROUP]]
        label = words("Untick what is wrong") if start == 0 else words("More lines")
        element = ticked(options, on)
        blocks.append(field(label, f"{ids.LINES}:{start}", element, optional=True, dispatch_action=True))
    blocks += [_units(item, by_line[item.line_id], words) for item in items if by_line[item.line_id]]
    if len(case.items) > MOST_LINES:
        blocks.append(context(words("Only the first {count} lines fit here.", count=MOST_LINES)))
    return blocks


def _line_option(item: CaseItem, words: Words) -> Block:
    name = ", ".join(filter(None, [item.name, item.variant]))
    count = words.plural("{count} unit", "{count} units", item.quantity)
    worth = words.money(item.due)
    room = max(75 - len(f" · {count} · {worth}"), 10)
    short = name if len(name) <= room else name[: room - 1] + "…"
    return option(f"{short} · {count} · {worth}", str(item.line_id), words.term(item.reason))


def _units(item: CaseItem, units: tuple[ChosenUnits, ...], words: Words) -> Block:
    value = write_units(units)
    options = [option(_units_words(mix, words), write_units(mix)) for mix in _mixes(item)]
    if value not in {one["value"] for one in options}:
        options.insert(0, option(_units_words(units, words), value))
    name = ", ".join(filter(None, [item.name, item.variant]))
    label = words("{name}: units and condition", name=name)
    element = chosen("static_select", options[:100], value)
    return field(label, f"{ids.UNITS}:{item.line_id}", element, dispatch_action=True)


def _units_words(units: Sequence[ChosenUnits], words: Words) -> str:
    return ", ".join(f"{one.quantity} {words.term(one.condition)}" for one in units)


def _mixes(item: CaseItem) -> list[tuple[ChosenUnits, ...]]:
    """What can have come in of ``item``: all good, some damaged, fewer, not ours, missing."""
    mixes = [_mix(item, count, damaged) for count in counts(item.quantity) for damaged in _damaged(count)]
    for condition in (Condition.WRONG_ITEM, Condition.MISSING):
        mixes.append((ChosenUnits(item.line_id, item.quantity, condition),))
    return mixes


def _damaged(count: int) -> Sequence[int]:
    return range(count + 1) if count <= MIXED else (0, count)


def _mix(item: CaseItem, count: int, damaged: int) -> tuple[ChosenUnits, ...]:
    good = ChosenUnits(item.line_id, count - damaged, Condition.GOOD)
    bad = ChosenUnits(item.line_id, damaged, Condition.DAMAGED)
    return tuple(one for one in (good, bad) if one.quantity)


def _fees(
    case: ReturnCase, choice: RefundChoice, quote: RefundQuote, words: Words, typed: Mapping[str, str]
) -> list[Block]:
    options = _fee_options(case, quote, words)
    on = [name for name, ticks in FEES.items() if getattr(choice, ticks)]
    boxes = field(
        words("Take off or add"), ids.FEES, ticked(options, on), optional=True, dispatch_action=True
    )
    blocks = [boxes]
    if _waived(case, choice) and (choice.deduct_label or choice.charge_fee):
        why = text_input(typed.get(ids.CHARGE_ANYWAY, ""), longest=300)
        label = words("The reason waives label and fee. Why charge them anyway?")
        blocks.append(
            field(label, ids.CHARGE_ANYWAY, {**why, **DISPATCH}, optional=True, dispatch_action=True)
        )
    hint = words("At most {most}. Leave empty for the computed amount.", most=quote.most)
    if not quote.most:
        hint = words("Tick what arrived first.")
    amount = {**text_input(typed.get(ids.CUSTOM_AMOUNT, ""), longest=40), **DISPATCH}
    label = words("Another amount")
    blocks.append(
        field(label, ids.CUSTOM_AMOUNT, amount, optional=True, dispatch_action=True, hint=plain(hint))
    )
    return blocks


FEES = {
    "label": "deduct_label",
    "fee": "charge_fee",
    "shipping": "refund_shipping",
    "restock": "restock",
    "goodwill": "goodwill",
}
DISPATCH: Block = {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}


def _fee_options(case: ReturnCase, quote: RefundQuote, words: Words) -> list[Block]:
    policy, waived = case.policy, words("waived by default for this reason") if _at_fault(case) else ""
    options = []
    if policy.label_cost:
        label = words("Deduct the return label · {amount}", amount=policy.label_cost)
        options.append(option(label, "label", waived))
    if policy.restocking_fee_percent:
        label = words("Restocking fee · {percent} %", percent=policy.restocking_fee_percent)
        charged = f" · {words.money(quote.fee)}" if quote.fee else ""
        options.append(option(label + charged, "fee", waived))
    shipping = [line.gross for line in case.order.lines if line.kind is LineKind.SHIPPING and line.gross]
    if shipping:
        amount = sum(shipping[1:], shipping[0])
        options.append(option(words("Refund outbound shipping · {amount}", amount=amount), "shipping"))
    options.append(option(words("Put good units back in stock"), "restock", _stock_words(case, quote, words)))
    if policy.goodwill_limit:
        label = words("Goodwill: allow more than the goods are worth")
        options.append(option(label, "goodwill", words("up to {amount} more", amount=policy.goodwill_limit)))
    return options


def _at_fault(case: ReturnCase) -> bool:
    return any(item.reason in FAULT_REASONS for item in case.items)


def _waived(case: ReturnCase, choice: RefundChoice) -> bool:
    on = {one.line_id for one in choice.units}
    return any(item.reason in FAULT_REASONS for item in case.items if item.line_id in on)


def _stock_words(case: ReturnCase, quote: RefundQuote, words: Words) -> str:
    counted = [case.stock[item.line_id] for item in case.items if item.line_id in case.stock]
    if counted and not any(stock.managed for stock in counted):
        return words("no stock is counted for this item")
    moves = [
        f"{back.sku or back.name} {back.before} → {back.after}"
        for back in quote.restock
        if back.before is not None
    ]
    return ", ".join(moves)[:75]


def _how(
    case: ReturnCase, choice: RefundChoice, quote: RefundQuote, words: Words, typed: Mapping[str, str]
) -> list[Block]:
    possible = possible_methods(case)
    open_methods = [method for method, problem in possible.items() if problem is None]
    blocks = []
    if open_methods:
        options = [_method_option(method, case, quote, words) for method in open_methods]
        element = chosen("radio_buttons", options, choice.method.value)
        blocks.append(field(words("Method"), ids.METHOD, element, dispatch_action=True))
    reasons = [sentence(words, no.message, no.values) for no in possible.values() if no]
    if reasons and open_methods:  # where nothing is open at all, the forecast says why
        blocks.append(context(*dict.fromkeys(reasons)))
    if choice.method is Method.MANUAL_REFUND:
        reference = text_input(typed.get(ids.REFERENCE, choice.reference), longest=200)
        blocks.append(field(words("Reference of your transfer"), ids.REFERENCE, reference, optional=True))
    return blocks


def _method_option(method: Method, case: ReturnCase, quote: RefundQuote, words: Words) -> Block:
    label = words(METHODS[method], title=case.order.payment_title or case.order.payment_method)
    about = {
        Method.GATEWAY_REFUND: words("money back the way it was paid"),
        Method.STORE_CREDIT: _coupon(case, words),
        Method.MANUAL_REFUND: words("books it, moves no money"),
    }
    return option(label, method.value, about[method])


def _coupon(case: ReturnCase, words: Words) -> str:
    percent = case.policy.credit_bonus_percent
    return words("a coupon, with {percent} % bonus", percent=percent) if percent else words("a coupon")


def _forecast(
    case: ReturnCase, quote: RefundQuote, words: Words, errors: Mapping[str, Problem]
) -> list[Block]:
    """What happens if this is sent; instead, what stands against it."""
    against = [*errors.values(), *quote.blockers]
    if against:
        return _problems(against, words)
    return [
        *_problems([problem for problem in quote.problems if problem.warning], words),
        section(lines(f"*{_gets(case, quote, words)}*", _effects(case, quote, words)), "forecast"),
        context(words("The customer will read:"), block_id="will_read"),
        quoted(_letter(case, quote), "letter"),
    ]


def _problems(problems: Sequence[Problem], words: Words) -> list[Block]:
    told = dict.fromkeys(f":warning: {sentence(words, one.message, one.values)}" for one in problems)
    return [section("\n".join(told), "problems")] if told else []


def _gets(case: ReturnCase, quote: RefundQuote, words: Words) -> str:
    name = inert(case.order.buyer.name, 80)
    if not quote.amount:
        return words("{name} gets nothing paid", name=name)
    if quote.method is Method.STORE_CREDIT:
        return words(
            "{name} gets {credit} of store credit ({bonus} bonus)",
            name=name,
            credit=quote.credit,
            bonus=quote.bonus,
        )
    if quote.method is Method.MANUAL_REFUND:
        return words("{name} gets {amount}, transferred by you", name=name, amount=quote.amount)
    title = inert(case.order.payment_title, 60)
    return words("{name} gets {amount} back to {title}", name=name, amount=quote.amount, title=title)


def _effects(case: ReturnCase, quote: RefundQuote, words: Words) -> str:
    """Tax inside, what the shop keeps, what is left of the order, and the counters of the stock."""
    parts = [words("{tax} tax inside", tax=quote.tax), words("the shop keeps {kept}", kept=quote.kept)]
    if quote.uncovered:
        parts.append(words("{amount} stays uncovered", amount=quote.uncovered))
    parts.append(words("{left} of the order left", left=quote.remaining_after))
    to_credit = back_to_credit(case, quote)
    if to_credit:
        parts.append(words("{amount} more go back to the store credit the order used", amount=to_credit))
    parts += [stock_move(back.sku or back.name, back.before, back.after, words) for back in quote.restock]
    return " · ".join(parts)
