"""Taxes and totals of an order, rounded where WooCommerce rounds. Knows no products and no requests."""

from decimal import Decimal

from bot.sandbox.shop.money import PRECISION, ZERO, half_down, half_up
from bot.sandbox.shop.records import Line, Order, Share, TaxRate, TaxRow
from bot.sandbox.shop.state import State

Taxes = dict[int, Decimal]


def tax_of(net: Decimal, rates: list[TaxRate]) -> Taxes:
    """Tax on top of a net amount, per rate; compound rates are taken on net plus the others."""
    taxes = {rate.id: net * rate.percent / 100 for rate in rates if not rate.compound}
    for rate in (rate for rate in rates if rate.compound):
        taxes[rate.id] = (net + sum(taxes.values())) * rate.percent / 100
    return {rate_id: half_up(tax, PRECISION) for rate_id, tax in taxes.items()}


def tax_inside(gross: Decimal, rates: list[TaxRate]) -> Taxes:
    """Tax contained in a gross amount, per rate; compound rates are peeled off from the outside."""
    taxes: Taxes = {}
    rest = gross
    for rate in reversed([rate for rate in rates if rate.compound]):
        taxes[rate.id] = rest - rest / (1 + rate.percent / 100)
        rest -= taxes[rate.id]
    regular = [rate for rate in rates if not rate.compound]
    divisor = 1 + sum((rate.percent for rate in regular), ZERO) / 100
    for rate in regular:
        taxes[rate.id] = rate.percent / 100 / divisor * rest
    return {rate_id: half_up(tax, PRECISION) for rate_id, tax in taxes.items()}


def net_of(price: Decimal, rates: list[TaxRate], *, inclusive: bool) -> Decimal:
    """The net of a price as the shop writes it, to six decimals."""
    taxes = sum(tax_inside(price, rates).values(), ZERO) if inclusive else ZERO
    return half_up(price - taxes, PRECISION)


def round_tax(value: Decimal, order: Order) -> Decimal:
    """A tax to the shop's decimals: halves go down in a tax-inclusive shop."""
    rounding = half_down if order.prices_include_tax else half_up
    return rounding(value, order.decimals)


def line_tax(value: Decimal, order: Order) -> Decimal:
    """A line's tax where it is added up: rounded here unless the shop rounds at subtotal."""
    return value if order.round_at_subtotal else round_tax(value, order)


def set_line_taxes(line: Line, order: Order, totals: Taxes, subtotals: Taxes | None = None) -> None:
    """Give a line its shares and their sums; each rate is rounded before the sum."""
    line.shares = [
        Share(rate, tax, subtotals.get(rate) if subtotals else None) for rate, tax in totals.items()
    ]
    line.total_tax = sum((line_tax(tax, order) for tax in totals.values()), ZERO)
    line.subtotal_tax = sum((line_tax(tax, order) for tax in (subtotals or {}).values()), ZERO)


def recalculate(state: State, order: Order) -> None:
    """Taxes of every line, then every total of the order."""
    _limit_fees(order)
    for line in order.lines:
        _tax_line(state, order, line)
    sum_up(state, order)


def sum_up(state: State, order: Order) -> None:
    """The totals from lines that carry their taxes already."""
    items, fees, shipping = order.of_kind("line_item"), order.of_kind("fee"), order.of_kind("shipping")
    order.shipping_total = half_up(sum((line.total for line in shipping), ZERO), order.decimals)
    order.taxes = tax_rows(state, order, order.lines, order.taxes)
    order.cart_tax = sum((row.tax_total for row in order.taxes), ZERO)
    order.shipping_tax = sum((row.shipping_tax_total for row in order.taxes), ZERO)
    order.total_tax = half_up(order.cart_tax + order.shipping_tax, order.decimals)
    net, before = (
        _items(order, [line.total for line in items]),
        _items(order, [line.subtotal for line in items]),
    )
    order.discount_total = half_up(before - net, order.decimals)
    order.discount_tax = round_tax(_discount_tax(items), order)
    extra = sum((line.total for line in fees), ZERO) + order.shipping_total
    whole = half_up(net + extra + order.cart_tax + order.shipping_tax, order.decimals)
    cards = sum((card.amount for card in order.gift_cards), ZERO)
    order.total = max(ZERO, whole - cards) if cards else whole


def tax_rows(state: State, order: Order, lines: list[Line], old: list[TaxRow]) -> list[TaxRow]:
    """One row per rate over these lines; rows that were there keep their id."""
    rows: dict[int, TaxRow] = {}
    for line in lines:
        for share in line.shares:
            row = rows.get(share.rate_id) or _row(state, order, share.rate_id, old)
            rows[share.rate_id] = row
            if line.kind == "shipping":
                row.shipping_tax_total += line_tax(share.total, order)
            else:
                row.tax_total += line_tax(share.total, order)
    return list(rows.values())


def _row(state: State, order: Order, rate_id: int, old: list[TaxRow]) -> TaxRow:
    kept = next((row for row in old if row.rate_id == rate_id), None)
    known = kept or next((row for row in order.taxes if row.rate_id == rate_id), None)
    row_id = kept.id if kept else state.number("item")
    if known:
        return TaxRow(row_id, rate_id, known.code, known.label, known.compound, known.percent)
    rate = next((rate for rate in state.tax_rates if rate.id == rate_id), None)
    if rate:
        return TaxRow(row_id, rate_id, rate.code, rate.name, rate.compound, rate.percent)
    # A rate id nobody knows is booked all the same, as an empty "VAT" (recording refund_tax_wrong_rate_id).
    return TaxRow(row_id, rate_id, "", "VAT", False, ZERO)


def _items(order: Order, values: list[Decimal]) -> Decimal:
    places = PRECISION if order.round_at_subtotal else order.decimals
    return sum((half_up(value, places) for value in values), ZERO)


def _discount_tax(items: list[Line]) -> Decimal:
    shares = [share for line in items for share in line.shares]
    return sum(((share.subtotal or ZERO) - share.total for share in shares), ZERO)


def _limit_fees(order: Order) -> None:
    """A discount larger than the order is cut to the order, silently (recording
    exchange_order_create_negative_fee_incl)."""
    base = _items(order, [line.total for line in order.of_kind("line_item")])
    base += half_up(sum((line.total for line in order.of_kind("shipping")), ZERO), order.decimals)
    for fee in order.of_kind("fee"):
        most = -half_up(base, order.decimals)
        if fee.total < most < 0:
            fee.total = most
        base += fee.total


def _tax_line(state: State, order: Order, line: Line) -> None:
    if line.kind == "line_item":
        rates = state.rates_for(line.tax_class) if line.tax_status == "taxable" else []
        set_line_taxes(line, order, tax_of(line.total, rates), tax_of(line.subtotal, rates))
    elif line.kind == "shipping":
        rates = [rate for rate in state.rates_for(_shipping_class(state, order)) if rate.shipping]
        set_line_taxes(line, order, tax_of(line.total, rates) if line.tax_status == "taxable" else {})
    elif line.total < 0:
        set_line_taxes(line, order, _discount_shares(state, order, line.total))
    else:
        rates = state.rates_for(line.tax_class) if line.tax_status == "taxable" else []
        set_line_taxes(line, order, tax_of(line.total, rates))


def _shipping_class(state: State, order: Order) -> str:
    used = [line.tax_class for line in order.of_kind("line_item")]
    known = ["", *sorted({rate.tax_class for rate in state.tax_rates if rate.tax_class})]
    return next((tax_class for tax_class in known if tax_class in used), "")


def _discount_shares(state: State, order: Order, total: Decimal) -> Taxes:
    """A negative fee takes tax off in proportion to what the order costs per tax class, whatever its own
    tax status says. Coupons do not count here: lines weigh what they cost before (mixed order 5414)."""
    costs: dict[str | None, Decimal] = {}
    for line in (line for line in order.lines if line.total >= 0):
        tax_class = _shipping_class(state, order) if line.kind == "shipping" else line.tax_class
        key = tax_class if line.tax_status == "taxable" else None
        weight = line.subtotal if order.coupons and line.kind == "line_item" else line.total
        costs[key] = costs.get(key, ZERO) + weight
    whole = sum(costs.values(), ZERO)
    taxes: Taxes = {}
    for taxed, cost in costs.items():
        if taxed is not None and whole:
            for rate, tax in tax_of(total * cost / whole, state.rates_for(taxed)).items():
                taxes[rate] = taxes.get(rate, ZERO) + tax
    return taxes
