"""Store credit as WooCommerce knows it: a coupon for one use and one buyer. Sends nothing itself."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.errors import OutcomeUnknown, Refused
from bot.gateways.answers import read_json
from bot.gateways.nouns import Coupon
from bot.gateways.refunds import OPERATION_KEY
from bot.gateways.schema import (
    Row,
    as_row,
    as_rows,
    flag,
    meta,
    moment_or_none,
    money,
    needed,
    number,
    text,
    whole,
    whole_or,
)
from bot.gateways.transport import Answer
from store.money import Money

TAKEN = "woocommerce_rest_coupon_code_already_exists"
KIND = "fixed_cart"
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


def coupon_body(
    code: str,
    amount: Money,
    email: str,
    *,
    expires_on: date | None,
    words: str,
    individual_use: bool,
    operation: str,
) -> dict[str, Any]:
    """The request of one coupon for one use by ``email``. Raises Refused when a part of it would be dropped.

    WooCommerce drops a malformed address without a word, which makes the coupon everybody's, and takes a
    bare date as the start of that day (recordings coupon_create_bad_email, coupon_create_date_only).
    """
    if amount.minor <= 0:
        raise Refused("a coupon needs an amount above zero", code="no_amount")
    if not EMAIL.fullmatch(email):
        raise Refused("a coupon needs the buyer's e-mail address", code="no_email")
    body: dict[str, Any] = {
        "code": code.lower(),
        "discount_type": KIND,
        "amount": amount.decimal,
        "individual_use": individual_use,
        "usage_limit": 1,
        "usage_limit_per_user": 1,
        "email_restrictions": [email.lower()],
        "description": words,
        "meta_data": [{"key": OPERATION_KEY, "value": operation}],
    }
    if expires_on:
        body["date_expires"] = f"{expires_on.isoformat()}T23:59:59"
    return body


def read_coupon(row: Row, currency: str) -> Coupon:
    """A coupon of the shop. Raises Unreadable."""
    emails = row.get("email_restrictions")
    operation = meta(row).get(OPERATION_KEY)
    return Coupon(
        coupon_id=whole(row, "id"),
        code=needed(row, "code"),
        kind=text(row, "discount_type"),
        amount=money(number(row, "amount"), currency),
        emails=tuple(str(email).lower() for email in emails) if isinstance(emails, list) else (),
        usage_limit=None if row.get("usage_limit") is None else whole(row, "usage_limit"),
        usage_count=whole_or(row, "usage_count", 0),
        individual_use=flag(row, "individual_use"),
        expires_at=moment_or_none(row, "date_expires_gmt"),
        operation=operation if isinstance(operation, str) else "",
    )


def created(body: dict[str, Any], amount: Money, answer: Answer) -> Coupon:
    """The coupon the shop answered with. Raises OutcomeUnknown if it is not the one asked for."""
    coupon = read_coupon(as_row(read_json(answer), "the coupon"), amount.currency)
    asked = (body["code"], KIND, amount, tuple(body["email_restrictions"]), 1, body["individual_use"])
    made = (
        coupon.code.lower(),
        coupon.kind,
        coupon.amount,
        coupon.emails,
        coupon.usage_limit,
        coupon.individual_use,
    )
    if made != asked:
        raise OutcomeUnknown(
            "the shop made another coupon than asked: look at it in the shop", code="differs"
        )
    return coupon


def listed(currency: str, answer: Answer) -> list[Coupon]:
    """The coupons of a list. Raises Unreadable."""
    return [read_coupon(row, currency) for row in as_rows(read_json(answer), "the coupons")]


def codes_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of coupons and gift cards in an order's JSON, the latter a field of their extension.

    What is not one is left out, since anybody may send it.
    """
    lists = (row.get(name) for name in ("coupon_lines", "gift_cards"))
    lines = (line for entries in lists if isinstance(entries, list) for line in entries)
    found = (line.get("code") for line in lines if isinstance(line, dict))
    return tuple(code for code in found if isinstance(code, str))
