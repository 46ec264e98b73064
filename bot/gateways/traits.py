"""What the catalogue says of what was bought: categories, tags, the price without a sale. Reads only."""

from collections.abc import Iterable

from bot.errors import Unreachable
from bot.gateways.answers import Unreadable
from bot.gateways.catalogue import included
from bot.gateways.client import Client
from bot.gateways.pricing import Pricing
from bot.gateways.schema import Row, rows, text, whole
from bot.rules.eligibility import Traits

FIELDS = {"_fields": "id,type,categories,tags,regular_price,tax_class,tax_status"}

Article = tuple[int, int]


def read_traits(
    client: Client, articles: Iterable[Article], pricing: Pricing | None
) -> dict[Article, Traits]:
    """Traits by product and variation (0 for none): one call, and one per variable product for its prices.

    Without ``pricing`` no price is asked for. Categories and tags are the product's, never a variation's
    (recording product_get_variation_id_on_products). What the shop no longer has is left out.
    """
    wanted = {article for article in articles if article[0]}
    try:
        return _read(client, wanted, pricing)
    except Unreadable as e:
        raise Unreachable(f"the shop's products cannot be read: {e}", code="unreadable") from e


def _read(client: Client, wanted: set[Article], pricing: Pricing | None) -> dict[Article, Traits]:
    products = {whole(row, "id"): row for row in _rows(client, "products", {one for one, _ in wanted})}
    prices: dict[int, Row] = {}
    for parent in sorted({one for one, variation in wanted if variation}) if pricing else ():
        path = f"products/{parent}/variations"
        ids = {variation for one, variation in wanted if one == parent and variation}
        prices |= {whole(row, "id"): row for row in _rows(client, path, ids)}
    return {
        (product, variation): _traits(
            products[product], prices.get(variation) if variation else products[product], pricing
        )
        for product, variation in wanted
        if product in products
    }


def _rows(client: Client, endpoint: str, ids: set[int]) -> list[Row]:
    return included(client, endpoint, ids, FIELDS)


def _traits(product: Row, priced: Row | None, pricing: Pricing | None) -> Traits:
    regular = pricing.gross(priced, "regular_price") if pricing and priced else None
    return Traits(_slugs(product, "categories"), _slugs(product, "tags"), regular)


def _slugs(row: Row, name: str) -> frozenset[str]:
    return frozenset(text(term, "slug") for term in rows(row, name)) if row.get(name) else frozenset()
