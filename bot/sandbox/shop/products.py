"""The routes of products and variations: read, list, change stock, batch."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.shop import stock
from bot.sandbox.shop.errors import ShopError, invalid_id, wrong_type
from bot.sandbox.shop.http import Answer, Call, filtered, listed, numbers, page_of, truth
from bot.sandbox.shop.money import is_numeric, read
from bot.sandbox.shop.order_build import write_meta
from bot.sandbox.shop.order_search import plain
from bot.sandbox.shop.product_view import product_view, variation_view
from bot.sandbox.shop.records import Json, Product
from bot.sandbox.shop.state import State

View = Callable[..., Json]


def list_products(state: State, call: Call) -> Answer:
    """GET /products: variations come only when asked for by SKU."""
    return _listing(state, call, _found(state, call.query), "products", product_view)


def list_variations(state: State, call: Call) -> Answer:
    """GET /products/{parent}/variations."""
    mine = [product for product in _newest(state) if product.parent_id == call.id("parent")]
    if call.query.get("include"):
        wanted = numbers("include", call.query["include"])
        mine = [product for product in mine if product.id in wanted]
    return _listing(state, call, mine, f"products/{call.id('parent')}/variations", variation_view)


def list_all_variations(state: State, call: Call) -> Answer:
    """GET /variations: those of every product."""
    mine = [product for product in _newest(state) if product.parent_id]
    return _listing(state, call, mine, "variations", variation_view)


def get_product(state: State, call: Call) -> Answer:
    """GET /products/{id}; a variation's id answers too."""
    product = state.products.get(call.id("id"))
    if product is None:
        raise invalid_id("product")
    return _answer(state, call, product, product_view)


def get_variation(state: State, call: Call) -> Answer:
    """GET /products/{parent}/variations/{id}."""
    return _answer(state, call, _variation(state, call), variation_view)


def change_product(state: State, call: Call) -> Answer:
    """PUT /products/{id}; variations have a path of their own."""
    product = state.products.get(call.id("id"))
    if product is None:
        raise invalid_id("product", 400)
    if product.parent_id:
        path = "/products/&lt;product_id&gt;/variations/&lt;id&gt;"
        message = f"To manipulate product variations you should use the {path} endpoint."
        raise ShopError(404, "woocommerce_rest_invalid_product_id", message)
    _change_checked(state, product, call.body)
    return _answer(state, call, product, product_view)


def change_variation(state: State, call: Call) -> Answer:
    """PUT /products/{parent}/variations/{id}."""
    product = _variation(state, call)
    _change_checked(state, product, call.body)
    return _answer(state, call, product, edited_view)


def edited_view(state: State, product: Product, *, site: str) -> Json:
    """A variation as the answer to a change shows it: a tax class it shares with its parent is "parent"."""
    parent = state.products.get(product.parent_id)
    own = parent is None or parent.tax_class != product.tax_class
    return variation_view(state, product, site=site) | ({} if own else {"tax_class": "parent"})


def delete_product(state: State, call: Call) -> Answer:
    """DELETE /products/{id}: for good with ``force``, else to the trash."""
    product = state.products.get(call.id("id"))
    if product is None:
        raise invalid_id("product")
    view = product_view(state, product, site=call.request.site)
    if truth(call.query.get("force", "")):
        del state.products[product.id]
    else:
        product.status = "trash"
    return Answer(view)


def batch_products(state: State, call: Call) -> Answer:
    """POST /products/batch: types are not checked, errors are inside, at most 100 items."""
    return _batch(state, call, product_view, "product")


def batch_variations(state: State, call: Call) -> Answer:
    """POST /products/{parent}/variations/batch."""
    return _batch(state, call, edited_view, "product_variation")


def change(state: State, product: Product, body: Json) -> None:
    """Apply a change. Stock is absolute, the last writer wins; it is ignored while stock is not managed."""
    if "manage_stock" in body:
        product.manage_stock = bool(truth(body["manage_stock"]))
    for field, name in (("name", "name"), ("sku", "sku"), ("status", "status"), ("backorders", "backorders")):
        if name in body:
            setattr(product, field, str(body[name]))
    if "regular_price" in body:
        product.price = read(body["regular_price"])
    if "sale_price" in body:
        product.sale_price = read(body["sale_price"]) if body["sale_price"] else None
    write_meta(state, product.meta, body.get("meta_data"))
    keeper = stock.keeper(state, product)
    if keeper and "stock_quantity" in body:
        stock.put(state, keeper, int(read(body["stock_quantity"])))
    elif keeper and "inventory_delta" in body:
        stock.move(state, keeper, int(read(body["inventory_delta"])))
    product.modified = state.now()
    state.emit("product.updated", product.id)


def _change_checked(state: State, product: Product, body: Json) -> None:
    wanted = body.get("stock_quantity", 0)
    text = str("0" if wanted is None else wanted)
    if not is_numeric(text) or read(text) != int(read(text)):
        raise wrong_type("stock_quantity", "integer")
    change(state, product, body)


def _batch(state: State, call: Call, view: View, resource: str) -> Answer:
    if sum(len(rows) for rows in call.body.values() if isinstance(rows, list)) > 100:
        message = "Unable to accept more than 100 items for this request."
        raise ShopError(413, "woocommerce_rest_request_entity_too_large", message)
    done = [_batch_one(state, call, view, resource, body) for body in call.body.get("update") or []]
    return Answer({"update": done})


def _batch_one(state: State, call: Call, view: View, resource: str, body: Json) -> Json:
    product = state.products.get(int(body.get("id", 0)))
    if product is None or (resource == "product_variation" and product.parent_id != call.id("parent")):
        return {"id": body.get("id"), "error": invalid_id(resource, 400).body}
    change(state, product, body)
    return view(state, product, site=call.request.site)


def _found(state: State, query: Json) -> list[Product]:
    tests: list[Callable[[Product], bool]] = [lambda product: product.status != "trash"]
    if not (query.get("sku") or query.get("search_sku")):
        tests.append(lambda product: not product.parent_id)
    if query.get("sku"):
        skus = listed(query["sku"])
        tests.append(lambda product: product.sku in skus)
    if query.get("search_sku"):
        tests.append(lambda product: plain(str(query["search_sku"])) in plain(product.sku))
    if query.get("include"):
        ids = numbers("include", query["include"])
        tests.append(lambda product: product.id in ids)
    if query.get("search"):
        tests.append(lambda product: plain(str(query["search"])) in plain(product.name))
    if query.get("stock_status"):
        tests.append(lambda product: product.stock_status == query["stock_status"])
    return [product for product in _newest(state) if all(test(product) for test in tests)]


def _newest(state: State) -> list[Product]:
    return sorted(state.products.values(), key=lambda product: (product.created, product.id), reverse=True)


def _variation(state: State, call: Call) -> Product:
    product = state.products.get(call.id("id"))
    if product is None or product.parent_id != call.id("parent"):
        raise invalid_id("product_variation")
    return product


def _listing(state: State, call: Call, found: list[Product], path: str, view: View) -> Answer:
    rows, headers = page_of(call, found, path, {})
    views: Any = [view(state, product, site=call.request.site) for product in rows]
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def _answer(state: State, call: Call, product: Product, view: View) -> Answer:
    return Answer(filtered(view(state, product, site=call.request.site), call.query.get("_fields")))
