"""The routes of customers: accounts only, guests are never found here."""

import hashlib

from bot.sandbox.shop.dates import gmt, local
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.http import Answer, Call, filtered, page_of
from bot.sandbox.shop.order_search import plain
from bot.sandbox.shop.order_view import meta_view
from bot.sandbox.shop.records import ADDRESS, Customer, Json
from bot.sandbox.shop.state import State


def list_customers(state: State, call: Call) -> Answer:
    """GET /customers: ``email`` is exact, ``search`` looks in names and address."""
    found = sorted(state.customers.values(), key=lambda customer: customer.first_name + customer.last_name)
    if "email" in call.query:
        email = str(call.query["email"]).lower()
        found = [customer for customer in found if customer.email.lower() == email]
    if call.query.get("search"):
        words = plain(str(call.query["search"]))
        found = [customer for customer in found if words in _text(customer)]
    rows, headers = page_of(call, found, "customers", {})
    views = [customer_view(state, customer, site=call.request.site) for customer in rows]
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def get_customer(state: State, call: Call) -> Answer:
    """GET /customers/{id}."""
    customer = state.customers.get(call.id("id"))
    if customer is None:
        raise ShopError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    view = customer_view(state, customer, site=call.request.site)
    return Answer(filtered(view, call.query.get("_fields")))


def customer_view(state: State, customer: Customer, *, site: str) -> Json:
    """An account."""
    path = f"{site}/wp-json/wc/v3/customers"
    digest = hashlib.sha256(customer.email.lower().encode()).hexdigest()
    return {
        "id": customer.id,
        "date_created": local(customer.created, state.zone),
        "date_created_gmt": gmt(customer.created),
        "date_modified": local(customer.modified, state.zone),
        "date_modified_gmt": gmt(customer.modified),
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "role": "customer",
        "username": customer.username,
        "billing": {name: customer.billing.get(name, "") for name in (*ADDRESS, "email", "phone")},
        "shipping": {name: customer.shipping.get(name, "") for name in (*ADDRESS, "phone")},
        "is_paying_customer": customer.paying,
        "avatar_url": f"https://secure.gravatar.com/avatar/{digest}?s=96&d=mm&r=g",
        "meta_data": [meta_view(row) for row in customer.meta],
        "_links": {"self": [{"href": f"{path}/{customer.id}"}], "collection": [{"href": path}]},
    }


def _text(customer: Customer) -> str:
    return plain(f"{customer.email} {customer.username} {customer.first_name} {customer.last_name}")
