"""Products of the shop: what is on the shelf now, and what could be sent instead. Reads only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.errors import Unreachable
from bot.gateways.answers import Unreadable, plain, read_json
from bot.gateways.client import Client, Params
from bot.gateways.nouns import Product
from bot.gateways.pricing import Pricing, tax_class
from bot.gateways.schema import Row, as_rows, rows, text, whole, whole_or
from bot.gateways.transport import Answer
from bot.rules.order import OrderLine, Stock

PAGE = 100
STOCK_FIELDS = "id,manage_stock,stock_quantity"
STOCK_ONLY: Params = {"_fields": STOCK_FIELDS}
PRODUCT_FIELDS = (
    "id,parent_id,type,name,sku,price,regular_price,stock_status,manage_stock,stock_quantity,attributes,"
    "purchasable,status,images,image,tax_class,tax_status,backorders_allowed"
)
TAX_FIELDS = "id,tax_class,tax_status"
WIDEST_SEARCH = 10


def product_rows(answer: Answer) -> list[Row]:
    """The list in the answer."""
    return as_rows(read_json(answer), "the products")


def read_stock(client: Client, lines: Iterable[OrderLine], now: datetime) -> dict[int, Stock]:
    """The shop's counters by order line: one call for all simple products, one per variable product.

    ``GET /products?include=`` drops variations without a word (recording products_list_include), and a
    variation counted on its parent shows the parent's counter (recording variation_get_parent_managed_stock).
    A product that is gone is not counted by anyone.
    """
    wanted = [line for line in lines if line.product_id]
    counters: dict[tuple[int, int], Row] = {}
    simple = {line.product_id for line in wanted if not line.variation_id}
    counters |= {(whole(row, "id"), 0): row for row in included(client, "products", simple)}
    for parent in sorted({line.product_id for line in wanted if line.variation_id}):
        ids = {line.variation_id for line in wanted if line.product_id == parent}
        found = included(client, f"products/{parent}/variations", ids)
        counters |= {(parent, whole(row, "id")): row for row in found}
    return {
        line.line_id: _stock(line, counters.get((line.product_id, line.variation_id)), now) for line in wanted
    }


def search_products(client: Client, words: str, pricing: Pricing) -> tuple[Product, ...]:
    """Products whose name or SKU contains ``words``, variable ones as their variations.

    A shop that does not know ``search_sku`` ignores it and lists everything, hence the look at the SKU.
    """
    asked: Params = {"per_page": WIDEST_SEARCH, "status": "publish", "_fields": PRODUCT_FIELDS}
    by_name = client.read("products", product_rows, {"search": words, **asked})
    by_sku = client.read("products", product_rows, {"search_sku": words, **asked})
    hits = [*by_name, *(row for row in by_sku if words.casefold() in text(row, "sku").casefold())]
    unique = {whole(row, "id"): row for row in hits}
    found: dict[tuple[int, int], Product] = {}
    for row in unique.values():
        for product in _sold_as(client, row, pricing):
            found.setdefault((product.product_id, product.variation_id), product)
    return tuple(found.values())


def read_variants(client: Client, product_id: int, pricing: Pricing) -> tuple[Product, ...]:
    """A product as it is sold: itself, or each of its variations. Nothing for one that is gone."""
    try:
        known = _by_id(included(client, "products", {product_id}, {"_fields": PRODUCT_FIELDS}))
        return tuple(product for row in known.values() for product in _sold_as(client, row, pricing))
    except Unreadable as e:
        raise Unreachable(f"the shop's products cannot be read: {e}", code="unreadable") from e


def read_products(
    client: Client, articles: Iterable[tuple[int, int]], pricing: Pricing
) -> dict[tuple[int, int], Product]:
    """Articles by product and variation (0 for none), fresh: one call, and one per variable product.

    Drafts and what is in the bin are listed too where ids are asked for, and are left out here.
    """
    wanted = set(articles)
    fields = {"_fields": PRODUCT_FIELDS}
    try:
        parents = _by_id(included(client, "products", {product for product, _ in wanted}, fields))
        found: dict[tuple[int, int], Product] = {}
        for product, variations in _by_product(wanted).items():
            if product not in parents:
                continue
            row, path = parents[product], f"products/{product}/variations"
            if 0 in variations:
                found[product, 0] = _product(row, 0, text(row, "name"), pricing)
            for number, each in _by_id(included(client, path, variations - {0}, fields)).items():
                found[product, number] = _product(each, product, text(row, "name"), pricing)
    except Unreadable as e:
        raise Unreachable(f"the shop's products cannot be read: {e}", code="unreadable") from e
    return {article: found[article] for article in found.keys() & wanted}


def _by_id(found: Iterable[Row]) -> dict[int, Row]:
    return {whole(row, "id"): row for row in found if text(row, "status") in ("", "publish")}


def tax_classes(client: Client, articles: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str | None]:
    """The tax class of each article, "" for the standard one, None for an article that is not taxed."""
    wanted, fields = set(articles), {"_fields": TAX_FIELDS}
    parents = _by_id(included(client, "products", {product for product, _ in wanted}, fields))
    found = {(product, 0): tax_class(row) for product, row in parents.items()}
    for product, variations in _by_product(wanted).items():
        path, standard = f"products/{product}/variations", found.get((product, 0)) or ""
        for each in included(client, path, variations - {0}, fields):
            found[product, whole(each, "id")] = tax_class(each, standard)
    return found


def _by_product(articles: set[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for product, variation in sorted(articles):
        found.setdefault(product, set()).add(variation)
    return found


def included(client: Client, endpoint: str, ids: set[int], fields: Params = STOCK_ONLY) -> list[Row]:
    """Rows by id, PAGE at a time; without ids nothing is asked: an empty ``include`` means all."""
    ordered = sorted(ids)
    found: list[Row] = []
    for start in range(0, len(ordered), PAGE):
        include = ",".join(str(each) for each in ordered[start : start + PAGE])
        asked: Params = {"include": include, "per_page": PAGE, **fields}
        found += client.read(endpoint, product_rows, asked, fresh=True)
    return found


def _stock(line: OrderLine, row: Row | None, now: datetime) -> Stock:
    managed = row is not None and _managed(row)
    quantity = whole_or(row, "stock_quantity", 0) if row is not None and managed else None
    return Stock(line.product_id, line.variation_id, managed, quantity, now)


def _managed(row: Row) -> bool:
    """Whether the shop counts: true, or "parent" where the variable product counts for its variations."""
    return row.get("manage_stock") in (True, "parent")


def _sold_as(client: Client, row: Row, pricing: Pricing) -> Iterable[Product]:
    if text(row, "type") != "variable":
        parent = whole_or(row, "parent_id", 0) if text(row, "type") == "variation" else 0
        return [_product(row, parent, text(row, "name"), pricing)]
    asked: Params = {"per_page": PAGE, "_fields": PRODUCT_FIELDS}
    variations = client.read(f"products/{whole(row, 'id')}/variations", product_rows, asked)
    return [_product(each, whole(row, "id"), text(row, "name"), pricing) for each in variations]


def _product(row: Row, parent: int, name: str, pricing: Pricing) -> Product:
    options = [plain(_option(each)) for each in _attributes(row)] if parent else []
    return Product(
        product_id=parent or whole(row, "id"),
        variation_id=whole(row, "id") if parent else 0,
        # On its own a variation is called "Cotton Tee - S, Blue".
        name=plain(name).removesuffix(f" - {', '.join(options)}"),
        variant=" / ".join(options),
        sku=text(row, "sku"),
        price=pricing.gross(row, "price"),
        in_stock=text(row, "stock_status") in ("instock", "onbackorder"),
        stock=whole_or(row, "stock_quantity", 0) if _managed(row) else None,
        regular=pricing.gross(row, "regular_price"),
        image=_image(row),
        backorders=row.get("backorders_allowed") is True,
    )


def _image(row: Row) -> str:
    """The first picture: a product has a list of them, a variation one or null."""
    several = rows(row, "images") if row.get("images") else []
    one = several[0] if several else row.get("image")
    return text(one, "src") if isinstance(one, dict) else ""


def _attributes(row: Row) -> list[Row]:
    return rows(row, "attributes") if row.get("attributes") is not None else []


def _option(row: Row) -> str:
    value: Any = row.get("option")
    if not isinstance(value, str):
        raise Unreadable("option is not a text")
    return value
