"""A request for a Checkout session, read and checked: what is sold, for how much, until when."""

from collections.abc import Sequence

from bot.sandbox.stripe import currencies
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.errors import StripeError, invalid, missing
from bot.sandbox.stripe.forms import Params
from bot.sandbox.stripe.records import Json, new_id

SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
MOST_ITEMS = 100
LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl "
    "pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
).split()
KNOWN = (
    "mode line_items customer_email metadata payment_intent_data client_reference_id success_url cancel_url "
    "expires_at locale currency ui_mode submit_type adaptive_pricing"
).split()


def session_from(account: Account, params: Params, *, livemode: bool, base_url: str) -> Json:
    """The open session a request asks for; raises Stripe's refusals of its parameters."""
    params.only(*KNOWN)
    if params.choice("mode", "payment", "setup", "subscription") != "payment":
        raise invalid("This sandbox sells in payment mode only", param="mode")
    success_url = _address(params, "success_url")
    if success_url is None:
        raise params.lacking("success_url")
    items = _items(params, livemode=livemode, created=account.now())
    currency, total = _total(items)
    reference = f"cs_{'live' if livemode else 'test'}_{new_id('s')[2:]}{new_id('s')[2:]}"
    intent = params.nested("payment_intent_data") or Params({}, "payment_intent_data")
    intent.only("metadata", "description")
    return {
        "id": reference, "object": "checkout.session", "amount_subtotal": total, "amount_total": total,
        "cancel_url": _address(params, "cancel_url"),
        "client_reference_id": params.text("client_reference_id", longest=200), "client_secret": None,
        "created": account.now(), "currency": currency, "customer": None, "customer_details": None,
        "customer_email": _email(params), "expires_at": _end(params, account.now()), "line_items": items,
        "livemode": livemode, "locale": params.choice("locale", *LOCALES),
        "metadata": params.metadata() or {}, "mode": "payment", "payment_intent": None,
        "payment_link": None, "payment_method_types": ["card", "sepa_debit"], "payment_status": "unpaid",
        "intent_data": {"metadata": intent.metadata() or {}, "description": intent.text("description")},
        "shipping_cost": None, "status": "open",
        "submit_type": params.choice("submit_type", "auto", "book", "donate", "pay", "subscribe"),
        "success_url": success_url,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": params.choice("ui_mode", "hosted_page") or "hosted_page",
        "url": f"{base_url}/c/pay/{reference}",
    }  # fmt: skip


def _address(params: Params, key: str) -> str | None:
    url = params.text(key)
    if url is not None and not url.startswith(("https://", "http://")):
        raise invalid(f"Not a valid URL: {url}", param=key, code="url_invalid")
    return url


def _email(params: Params) -> str | None:
    email = params.text("customer_email")
    if email is not None and ("@" not in email.strip("@") or " " in email):
        raise invalid(f"Invalid email address: {email}", param="customer_email", code="email_invalid")
    return email


def _end(params: Params, now: int) -> int:
    at = params.integer("expires_at")
    if at is None:
        return now + LONGEST
    if not now + SHORTEST <= at <= now + LONGEST:
        text = "The `expires_at` timestamp must lie between 30 minutes and 24 hours after session creation."
        raise invalid(text, param="expires_at")
    return at


def _items(params: Params, *, livemode: bool, created: int) -> list[Json]:
    rows = params.each("line_items")
    if not rows:
        raise params.lacking("line_items")
    if len(rows) > MOST_ITEMS:
        raise invalid(f"A session may have at most {MOST_ITEMS} line items", param="line_items")
    return [_item(row, livemode=livemode, created=created) for row in rows]


def _item(row: Params, *, livemode: bool, created: int) -> Json:
    row.only("price_data", "quantity", "price")
    if price := row.text("price"):
        raise missing("price", price, param=row.name("price"), status=400)
    data = row.nested("price_data")
    if data is None:
        raise row.lacking("price_data")
    data.only("currency", "unit_amount", "product_data", "tax_behavior")
    currency = currencies.check_currency(data.required("currency"), param=data.name("currency"))
    unit = data.needed_integer("unit_amount")
    currencies.check_steps(unit, currency, param=data.name("unit_amount"))
    quantity = row.needed_integer("quantity", least=1)
    price_id, name = new_id("price"), _product_name(data)
    return {
        "id": new_id("li"), "object": "item", "amount_discount": 0, "amount_subtotal": unit * quantity,
        "amount_tax": 0, "amount_total": unit * quantity, "currency": currency, "description": name,
        "price": {"id": price_id, "object": "price", "active": False, "created": created,
                  "currency": currency, "livemode": livemode, "type": "one_time", "unit_amount": unit},
        "quantity": quantity,
    }  # fmt: skip


def _product_name(data: Params) -> str:
    product = data.nested("product_data")
    if product is None:
        raise data.lacking("product_data")
    product.only("name", "description", "images", "metadata")
    return product.required("name")


def _total(items: Sequence[Json]) -> tuple[str, int]:
    used = sorted({item["currency"] for item in items})
    if len(used) > 1:
        text = f"All line items must have the same currency; these have {', '.join(used)}."
        raise invalid(text, param="line_items")
    total = sum(item["amount_total"] for item in items)
    if total:
        _check_total(total, used[0])
    return used[0], total


def _check_total(total: int, currency: str) -> None:
    try:
        currencies.check_payment(total, currency, param="line_items")
    except StripeError as refusal:
        # Checkout names the session's total, not a parameter.
        raise StripeError(400, refusal.message, code=refusal.code, kept=False) from refusal
