"""How a coupon's amount is spread over the lines, cent by cent as WooCommerce does it. Knows no requests."""

from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.money import ZERO, floor, half_down, half_up, trimmed
from bot.sandbox.shop.records import Coupon, CouponLine, Line, Order
from bot.sandbox.shop.state import State
from bot.sandbox.shop.totals import round_tax, tax_inside, tax_of


@dataclass
class Part:
    """One line while its discount is worked out; amounts in the smallest unit, as whole Decimals."""

    line: Line
    price: Decimal
    discount: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What can still be taken off."""
        return self.price - self.discount


def find(state: State, code: str) -> Coupon | None:
    """The published coupon with this code, in any case."""
    live = (coupon for coupon in state.coupons.values() if coupon.status == "publish")
    return next((coupon for coupon in live if coupon.code == code.lower()), None)


def check(state: State, code: str, email: str) -> Coupon:
    """The coupon, or the refusal a customer would read."""
    coupon = find(state, code)
    if coupon is None:
        raise _refused(f"Coupon &quot;{code.lower()}&quot; cannot be applied because it does not exist.")
    if coupon.usage_limit and coupon.usage_count >= coupon.usage_limit:
        raise _refused(f"Usage limit for coupon &quot;{coupon.code}&quot; has been reached.")
    if coupon.expires and coupon.expires < state.now():
        raise _refused(f"Coupon &quot;{coupon.code}&quot; has expired.")
    allowed = [address.lower() for address in coupon.email_restrictions]
    if allowed and email and email.lower() not in allowed:
        words = "Please enter a valid email at checkout to use coupon code"
        raise _refused(f"{words} &quot;{coupon.code}&quot;.")
    return coupon


def apply(state: State, order: Order, coupon: Coupon) -> None:
    """Lower the totals of the lines and add the coupon's own line."""
    parts = _parts(order)
    _spread(coupon, parts, order)
    row = CouponLine(state.number("item"), coupon.code, coupon.discount_type, coupon.amount)
    kind = "null" if coupon.discount_type == "fixed_cart" else f'"{coupon.discount_type}"'
    info = f'[{coupon.id},"{coupon.code}",{kind},{trimmed(coupon.amount)}]'
    row.meta.append(state.meta("coupon_info", info))
    for part in parts:
        _take_off(state, order, part, row)
    order.coupons.append(row)


def _refused(message: str) -> ShopError:
    return ShopError(400, "woocommerce_rest_invalid_coupon", message)


def _parts(order: Order) -> list[Part]:
    parts = []
    for line in order.of_kind("line_item"):
        shown = line.total + (line.total_tax if order.prices_include_tax else ZERO)
        parts.append(Part(line, half_up(shown.scaleb(order.decimals), 0)))
    return sorted((part for part in parts if part.price > 0), key=lambda part: part.price, reverse=True)


def _spread(coupon: Coupon, parts: list[Part], order: Order) -> None:
    amount = coupon.amount
    if coupon.discount_type == "percent":
        _percent(parts, amount)
    elif coupon.discount_type == "fixed_product":
        _per_unit(parts, amount.scaleb(order.decimals))
    else:
        _fixed(parts, amount.scaleb(order.decimals))


def _percent(parts: list[Part], percent: Decimal) -> None:
    for part in parts:
        part.discount += min(part.left, floor(part.price * percent / 100))
    whole = half_down(sum((part.price for part in parts), ZERO) * percent / 100, 0)
    _remainder(parts, whole - sum((part.discount for part in parts), ZERO))


def _fixed(parts: list[Part], amount: Decimal) -> None:
    """Equally per unit, not by value; what the cheap units cannot take goes round again."""
    open_parts = [part for part in parts if part.left > 0]
    units = sum(part.line.quantity for part in open_parts)
    if amount <= 0 or not units:
        return
    each = floor(amount / units)
    if each <= 0:
        _remainder(parts, amount)
        return
    before = sum((part.discount for part in parts), ZERO)
    _per_unit(open_parts, each)
    given = sum((part.discount for part in parts), ZERO) - before
    if 0 < given < amount:
        _fixed(parts, amount - given)


def _per_unit(parts: list[Part], each: Decimal) -> None:
    for part in parts:
        part.discount += half_down(min(part.left, each * part.line.quantity), 0)


def _remainder(parts: list[Part], amount: Decimal) -> None:
    """Hand out single cents, one per unit, in the order of the lines."""
    for part in parts:
        for _ in range(part.line.quantity):
            if amount <= 0:
                return
            step = min(part.left, Decimal(1))
            part.discount += step
            amount -= step


def _take_off(state: State, order: Order, part: Part, row: CouponLine) -> None:
    amount = part.discount.scaleb(-order.decimals)
    rates = state.rates_for(part.line.tax_class) if part.line.tax_status == "taxable" else []
    taxes = tax_inside(amount, rates) if order.prices_include_tax else tax_of(amount, rates)
    tax = sum(taxes.values(), ZERO)
    net = amount - tax if order.prices_include_tax else amount
    part.line.total = max(ZERO, part.line.total - net)
    booked = tax if order.round_at_subtotal else round_tax(tax, order)
    row.discount_tax += booked
    row.discount += amount - booked if order.prices_include_tax else amount
