"""Stock: taken by orders, given back by cancelling and by refunds, never twice for one line."""

from bot.sandbox.shop.records import Line, Meta, Order, Product
from bot.sandbox.shop.state import State

REDUCED, RESTOCKED = "_reduced_stock", "_restock_refunded_items"


def keeper(state: State, product: Product) -> Product | None:
    """Whose counter moves: the product's own, its parent's, or nobody's."""
    if product.manage_stock == "parent":
        return state.products.get(product.parent_id)
    return product if product.manage_stock else None


def counted(state: State, line: Line) -> Product | None:
    """The counter behind a line; None when its stock is not managed or the product is gone."""
    product = state.product_of(line.product_id, line.variation_id)
    return keeper(state, product) if product else None


def move(state: State, product: Product, by: int) -> tuple[int, int]:
    """Change a counter; returns the numbers before and after."""
    before = product.stock or 0
    put(state, product, before + by)
    return before, before + by


def put(state: State, product: Product, level: int) -> None:
    """Set a counter; the status follows by itself."""
    product.stock = level
    empty = "onbackorder" if product.backorders != "no" else "outofstock"
    product.stock_status = "instock" if level > 0 else empty
    product.modified = state.now()
    state.emit("product.updated", product.id)


def take(state: State, order: Order) -> None:
    """Take the order's lines out of stock, once per order."""
    if order.stock_reduced:
        return
    words = [text for line in order.of_kind("line_item") if (text := _take_line(state, line))]
    order.stock_reduced = True
    if words:
        state.note(order.id, f"Stock levels reduced: {', '.join(words)}")


def give_back(state: State, order: Order) -> None:
    """Put back what is still out, as cancelling does."""
    words = []
    for line in order.of_kind("line_item"):
        out, product = int(line.meta_value(REDUCED) or 0), counted(state, line)
        if out and product:
            before, after = move(state, product, out)
            words.append(f"{line.name} ({before}&rarr;{after})")
        line.meta = [row for row in line.meta if row.key != REDUCED]
    order.stock_reduced = False
    if words:
        state.note(order.id, f"Stock levels increased: {', '.join(words)}")


def still_out(order: Order) -> dict[int, int]:
    """What each line holds of the stock, as one request saw it when it read the order."""
    return {line.id: int(line.meta_value(REDUCED) or 0) for line in order.of_kind("line_item")}


def restock(state: State, order: Order, quantities: dict[int, int], seen: dict[int, int]) -> None:
    """Put refunded units back. The quantity is not capped by what was bought; a line whose ``_reduced_stock``
    is 0 or missing gets nothing, silently (recording restock_cases). ``seen`` is what was still out when the
    request began: requests at the same time multiply the stock (recording concurrent_refunds)."""
    for line in order.of_kind("line_item"):
        quantity, out = quantities.get(line.id, 0), seen.get(line.id, 0)
        product = counted(state, line)
        if not (quantity and out and product):
            continue
        before, after = move(state, product, quantity)
        set_meta(state, line.meta, REDUCED, str(out - quantity))
        set_meta(state, line.meta, RESTOCKED, str(int(line.meta_value(RESTOCKED) or 0) + quantity))
        sold = line.variation_id or line.product_id
        state.note(order.id, f"Item #{sold} stock increased from {before} to {after}.")


def adjust(state: State, order: Order, line: Line) -> None:
    """A line of an order that holds stock was added or changed: move the difference."""
    product = counted(state, line)
    out = int(line.meta_value(REDUCED) or 0)
    if not order.stock_reduced or product is None or out == line.quantity:
        return
    before, after = move(state, product, out - line.quantity)
    set_meta(state, line.meta, REDUCED, str(line.quantity))
    state.note(order.id, f"Adjusted stock: {line.name} ({before}&rarr;{after})", author="admin")


def set_meta(state: State, rows: list[Meta], key: str, value: object) -> None:
    """Replace the value under a key, or add it."""
    row = next((row for row in rows if row.key == key), None)
    if row:
        row.value = value
    else:
        rows.append(state.meta(key, value))


def _take_line(state: State, line: Line) -> str:
    product = counted(state, line)
    if product is None or line.meta_value(REDUCED) is not None:
        return ""
    before, after = move(state, product, -line.quantity)
    set_meta(state, line.meta, REDUCED, str(line.quantity))
    product.total_sales += line.quantity
    return f"{line.name} ({before}&rarr;{after})"
