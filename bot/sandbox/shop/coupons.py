"""The routes of coupons. Codes are kept in lower case and are unique only among what is not in the trash."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.shop import dates
from bot.sandbox.shop.discounts import find
from bot.sandbox.shop.errors import ShopError, invalid_id, missing_param, not_in
from bot.sandbox.shop.http import Answer, Call, filtered, numbers, page_of, truth
from bot.sandbox.shop.money import read, shown
from bot.sandbox.shop.order_build import is_email, write_meta
from bot.sandbox.shop.order_view import meta_view
from bot.sandbox.shop.records import Coupon, Json
from bot.sandbox.shop.state import State

TYPES = ("percent", "fixed_cart", "fixed_product")
WHOLE = ("usage_limit", "usage_limit_per_user", "limit_usage_to_x_items")
FLAGS = ("individual_use", "free_shipping", "exclude_sale_items")
READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(WHOLE, lambda value: int(value) if value else None),
    **dict.fromkeys(FLAGS, lambda value: bool(truth(value))),
    **dict.fromkeys(("minimum_amount", "maximum_amount"), read),
    **dict.fromkeys(("product_ids", "excluded_product_ids"), lambda value: numbers("product_ids", value)),
}


def list_coupons(state: State, call: Call) -> Answer:
    """GET /coupons: ``code`` is exact in any case, ``search`` looks in code and description."""
    live = [coupon for coupon in state.coupons.values() if coupon.status == "publish"]
    if "code" in call.query:
        live = [coupon for coupon in live if coupon.code == str(call.query["code"]).lower()]
    if call.query.get("search"):
        words = str(call.query["search"]).lower()
        live = [coupon for coupon in live if words in coupon.code or words in coupon.description.lower()]
    live.sort(key=lambda coupon: (coupon.created, coupon.id), reverse=True)
    rows, headers = page_of(call, live, "coupons", {})
    views = [coupon_view(state, coupon, site=call.request.site) for coupon in rows]
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def get_coupon(state: State, call: Call) -> Answer:
    """GET /coupons/{id}."""
    return _answer(state, call, _find(state, call))


def create_coupon(state: State, call: Call) -> Answer:
    """POST /coupons."""
    body = call.body
    if body.get("id"):
        raise ShopError(400, "woocommerce_rest_shop_coupon_exists", "Cannot create existing shop_coupon.")
    if "code" not in body:
        raise missing_param("code")
    coupon = make(state, body)
    answer = _answer(state, call, coupon)
    answer.status = 201
    answer.headers["Location"] = f"{call.request.site}/wp-json/wc/v3/coupons/{coupon.id}"
    return answer


def change_coupon(state: State, call: Call) -> Answer:
    """PUT /coupons/{id}."""
    coupon = _find(state, call)
    _write(state, coupon, call.body)
    coupon.modified = state.now()
    state.emit("coupon.updated", coupon.id)
    return _answer(state, call, coupon)


def delete_coupon(state: State, call: Call) -> Answer:
    """DELETE /coupons/{id}: trash without ``force``; a trashed code is free again."""
    coupon = _find(state, call)
    answer = _answer(state, call, coupon)
    if truth(call.query.get("force", "")):
        del state.coupons[coupon.id]
    else:
        coupon.status = "trash"
    return answer


def make(state: State, body: Json) -> Coupon:
    """A coupon out of a request."""
    now = state.now()
    coupon = Coupon(0, "", read("0"), now, now)
    _write(state, coupon, body)
    coupon.id = state.number("post")
    state.coupons[coupon.id] = coupon
    state.emit("coupon.created", coupon.id)
    return coupon


def coupon_view(state: State, coupon: Coupon, *, site: str) -> Json:
    """A coupon."""
    path = f"{site}/wp-json/wc/v3/coupons"
    view: Json = {
        "id": coupon.id,
        "code": coupon.code,
        "amount": shown(coupon.amount, state.decimals),
        "status": coupon.status,
        "date_created": dates.local(coupon.created, state.zone),
        "date_created_gmt": dates.gmt(coupon.created),
        "date_modified": dates.local(coupon.modified, state.zone),
        "date_modified_gmt": dates.gmt(coupon.modified),
        "discount_type": coupon.discount_type,
        "description": coupon.description,
        "date_expires": dates.local(coupon.expires, state.zone),
        "date_expires_gmt": dates.gmt(coupon.expires),
        "usage_count": coupon.usage_count,
        "product_ids": coupon.product_ids,
        "excluded_product_ids": coupon.excluded_product_ids,
        "product_categories": [],
        "excluded_product_categories": [],
        "minimum_amount": shown(coupon.minimum_amount, state.decimals),
        "maximum_amount": shown(coupon.maximum_amount, state.decimals),
        "email_restrictions": coupon.email_restrictions,
        "used_by": coupon.used_by,
        "meta_data": [meta_view(row) for row in coupon.meta],
        "_links": {"self": [{"href": f"{path}/{coupon.id}"}], "collection": [{"href": path}]},
    }
    return view | {name: getattr(coupon, name) for name in (*WHOLE, *FLAGS)}


def _write(state: State, coupon: Coupon, body: Json) -> None:
    kind = body.get("discount_type", coupon.discount_type)
    if kind not in TYPES:
        raise not_in("discount_type", TYPES)
    coupon_code = str(body.get("code", coupon.code)).lower()
    other = find(state, coupon_code)
    if other and other.id != coupon.id:
        code, message = "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists"
        raise ShopError(400, code, message)
    amount = read(body.get("amount", coupon.amount))
    if amount < 0 or (kind == "percent" and amount > 100):
        raise ShopError(400, "coupon_invalid_amount", "Invalid discount amount.")
    coupon.code, coupon.discount_type, coupon.amount = coupon_code, str(kind), amount
    _write_rest(state, coupon, body)


def _write_rest(state: State, coupon: Coupon, body: Json) -> None:
    if "description" in body:
        coupon.description = str(body["description"])
    if "date_expires" in body:
        coupon.expires = _expiry(state, body["date_expires"])
    for name in READERS.keys() & body.keys():
        setattr(coupon, name, READERS[name](body[name]))
    if "email_restrictions" in body:
        # A malformed address is dropped without a word: the coupon is then everybody's.
        coupon.email_restrictions = [mail for mail in body["email_restrictions"] if is_email(str(mail))]
    write_meta(state, coupon.meta, body.get("meta_data"))


def _expiry(state: State, value: Any) -> Any:
    """Shop time; a date alone is the start of that day."""
    if not value:
        return None
    text = str(value)
    return dates.read(text if len(text) > 10 else f"{text}T00:00:00", state.zone)


def _find(state: State, call: Call) -> Coupon:
    coupon = state.coupons.get(call.id("id"))
    if coupon is None:
        raise invalid_id("shop_coupon")
    return coupon


def _answer(state: State, call: Call, coupon: Coupon) -> Answer:
    return Answer(filtered(coupon_view(state, coupon, site=call.request.site), call.query.get("_fields")))
