"""A product and a variation as the REST interface shows them. Changes nothing."""

import re

from bot.sandbox.shop import stock
from bot.sandbox.shop.dates import gmt, local
from bot.sandbox.shop.money import ZERO, shown
from bot.sandbox.shop.order_build import full_name, price_of
from bot.sandbox.shop.order_search import plain
from bot.sandbox.shop.order_view import meta_view
from bot.sandbox.shop.records import Json, Product
from bot.sandbox.shop.state import State

UNCATEGORIZED = {"id": 15, "name": "Uncategorized", "slug": "uncategorized"}


def product_view(state: State, product: Product, *, site: str) -> Json:
    """A product; a variation asked for by its id on /products looks like one too."""
    path = f"{site}/wp-json/wc/v3/products"
    children = [other for other in state.products.values() if other.parent_id == product.id]
    view = {"id": product.id, "name": full_name(state, product), "slug": slug(full_name(state, product))}
    view |= {"permalink": permalink(state, product, site), "type": product.kind}
    view |= _common(state, product)
    view |= {
        "featured": False,
        "catalog_visibility": "visible",
        "short_description": "",
        "total_sales": "0" if product.parent_id else product.total_sales,
        "sold_individually": False,
        "shipping_required": not product.virtual,
        "parent_id": product.parent_id,
        "categories": [] if product.parent_id else _terms(product.categories) or [UNCATEGORIZED],
        "tags": _terms(product.tags),
        "images": [{"id": product.id, "src": product.image, "name": product.name}] if product.image else [],
        "attributes": _options(product, children),
        "variations": [other.id for other in children],
        "has_options": bool(children),
        "_links": {"self": [{"href": f"{path}/{product.id}"}], "collection": [{"href": path}]},
    }
    return view


def variation_view(state: State, product: Product, *, site: str) -> Json:
    """A variation under its parent; its name is its attributes."""
    path = f"{site}/wp-json/wc/v3/products/{product.parent_id}"
    values = product.attributes.items()
    return {
        "id": product.id,
        "type": "variation",
        **_common(state, product),
        "permalink": permalink(state, product, site),
        "image": {"id": product.id, "src": product.image} if product.image else None,
        "attributes": [{"id": 0, "name": n, "slug": n.lower(), "option": v} for n, v in values],
        "name": ", ".join(product.attributes.values()),
        "parent_id": product.parent_id,
        "_links": {
            "self": [{"href": f"{path}/variations/{product.id}"}],
            "collection": [{"href": f"{path}/variations"}],
            "up": [{"href": path}],
        },
    }


def _terms(names: tuple[str, ...]) -> list[Json]:
    """Categories or tags by their names; the ids of the sandbox say nothing."""
    return [{"id": 100 + place, "name": name, "slug": slug(name)} for place, name in enumerate(names)]


def slug(name: str) -> str:
    """The name as part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", plain(name)).strip("-")


def permalink(state: State, product: Product, site: str) -> str:
    """The product's page; a variation's is its parent's with its attributes."""
    parent = state.products.get(product.parent_id)
    query = "&".join(f"attribute_{name.lower()}={value}" for name, value in product.attributes.items())
    return f"{site}/product/{slug((parent or product).name)}/" + (f"?{query}" if parent and query else "")


def _common(state: State, product: Product) -> Json:
    on_sale = product.sale_price is not None
    variable = product.kind == "variable"
    return {
        "date_created": local(product.created, state.zone),
        "date_created_gmt": gmt(product.created),
        "date_modified": local(product.modified, state.zone),
        "date_modified_gmt": gmt(product.modified),
        "status": product.status,
        "description": product.description,
        "sku": product.sku,
        "global_unique_id": "",
        "price": shown(price_of(state, product), state.decimals),
        "regular_price": "" if variable else shown(product.price, state.decimals),
        "sale_price": shown(product.sale_price or ZERO, state.decimals) if on_sale else "",
        "on_sale": on_sale,
        "purchasable": True,
        "virtual": product.virtual,
        "downloadable": False,
        "tax_status": product.tax_status,
        "tax_class": product.tax_class,
        **_stock(state, product),
        "weight": product.weight,
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_class": "",
        "meta_data": [meta_view(row) for row in product.meta],
    }


def _stock(state: State, product: Product) -> Json:
    keeper = stock.keeper(state, product)
    return {
        "manage_stock": product.manage_stock,
        "stock_quantity": keeper.stock if keeper else None,
        "stock_status": keeper.stock_status if keeper else product.stock_status,
        "backorders": product.backorders,
        "backorders_allowed": product.backorders != "no",
        "backordered": product.backorders != "no" and keeper is not None and (keeper.stock or 0) < 0,
        "low_stock_amount": product.low_stock_amount,
    }


def _options(product: Product, children: list[Product]) -> list[Json]:
    if product.parent_id:
        return [{"id": 0, "name": n, "slug": n.lower(), "option": v} for n, v in product.attributes.items()]
    names = dict.fromkeys(name for child in children for name in child.attributes)
    rows = []
    for place, name in enumerate(names):
        options = list(
            dict.fromkeys(child.attributes[name] for child in children if name in child.attributes)
        )
        row = {"id": 0, "name": name, "slug": name, "position": place, "visible": True}
        rows.append(row | {"variation": True, "options": options})
    return rows
