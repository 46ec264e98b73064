"""The doctor's look at the shop: address, key, rights, money, webhooks, clock. Changes nothing there."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests

from bot.clock import Clock, utc_now
from bot.config import CreditKind, Settings
from bot.errors import GatewayError, NotFound, Refused
from bot.findings import Finding, ok, warning, wrong
from bot.gateways.nouns import PaymentGateway, ShopSettings
from bot.gateways.woocommerce import Shop
from bot.setting_checks import is_loopback
from store.money import exponent

PATIENCE = 10  # seconds
SKEW = 60  # seconds; OAuth signatures of plain http are good for fifteen minutes
WEBHOOK_PATH = "/webhooks/woocommerce"
NO_SUCH_ORDER = 0

KEY_ADVICE = "WooCommerce, Settings, Advanced, REST API: make a key with read and write permission."


def check_shop(settings: Settings, clock: Clock = utc_now) -> Iterator[Finding]:
    """Everything about the shop, one finding each; stops where nothing further can be asked."""
    shop = Shop(
        settings.woocommerce_url,
        settings.woocommerce_consumer_key.get_secret_value(),
        settings.woocommerce_consumer_secret.get_secret_value(),
        timeout=PATIENCE,
        patience=PATIENCE,
    )
    try:
        yield from _check(shop, settings, clock)
    except Refused as e:
        yield wrong("WOOCOMMERCE_URL", f"the shop refuses: {e.detail}", KEY_ADVICE)
    except GatewayError as e:
        yield wrong("WOOCOMMERCE_URL", f"the shop does not answer: {e.detail}", "Check address and shop.")
    finally:
        shop.close()


def _check(shop: Shop, settings: Settings, clock: Clock) -> Iterator[Finding]:
    found = shop.read_settings()
    yield ok("WOOCOMMERCE_URL", f"WooCommerce {found.version}, read with this key")
    yield from _check_writing(shop)
    yield from _check_money(found)
    yield from _check_zone(found, settings, clock())
    yield _check_gateways(shop.payment_gateways())
    yield from _check_stripe(settings)
    yield from _check_gift_cards(shop, settings)
    yield _check_webhooks(shop, settings)
    yield from _check_clock(settings, clock)


def _check_writing(shop: Shop) -> Iterator[Finding]:
    """Write where nothing is: a key without the right is refused before the missing order is noticed."""
    try:
        shop.add_note(NO_SUCH_ORDER, "May this key write?")
    except NotFound:
        yield ok("REST key", "may write")
    except Refused as e:
        if e.code in ("woocommerce_rest_order_invalid_id", "rest_missing_callback_param"):
            yield ok("REST key", "may write")
        else:
            yield wrong("REST key", f"may not write: {e.detail}", KEY_ADVICE)


def _check_gift_cards(shop: Shop, settings: Settings) -> Iterator[Finding]:
    """Whether store credit can be what CREDIT_KIND says."""
    if settings.credit_kind is not CreditKind.GIFT_CARD:
        return
    try:
        shop.gift_cards.newest()
    except Refused as e:
        advice = "Install and activate WooCommerce Gift Cards, or set CREDIT_KIND=coupon."
        yield wrong("CREDIT_KIND", f"the shop has no gift cards: {e.detail}", advice)
    else:
        yield ok("CREDIT_KIND", "the shop has gift cards, and this key may read them")


def _check_money(found: ShopSettings) -> Iterator[Finding]:
    usual = exponent(found.currency)
    if found.decimals == usual:
        yield ok("currency", f"{found.currency} with {found.decimals} decimals")
    else:
        text = f"the shop rounds {found.currency} to {found.decimals} decimals, banks to {usual}"
        yield warning("currency", text, f"Set {usual} decimals in WooCommerce, Settings, General.")


def _check_zone(found: ShopSettings, settings: Settings, now: datetime) -> Iterator[Finding]:
    if not found.timezone:
        return
    if same_clock(found.timezone, settings.timezone, now):
        yield ok("TIMEZONE", f"{settings.timezone}, as in the shop")
    else:
        text = f"{settings.timezone} here, {found.timezone} in the shop"
        yield warning("TIMEZONE", text, "Deadlines end at midnight of TIMEZONE: make the two agree.")


def same_clock(theirs: str, ours: str, now: datetime) -> bool:
    """Whether two time zones show the same time; ``theirs`` may be an offset such as +05:30."""
    offset = now.astimezone(ZoneInfo(ours)).strftime("%z")
    if theirs[:1] in "+-":
        return theirs.replace(":", "") == offset
    return now.astimezone(ZoneInfo(theirs)).strftime("%z") == offset


def _check_gateways(gateways: tuple[PaymentGateway, ...]) -> Finding:
    used = [gateway for gateway in gateways if gateway.enabled]
    able = ", ".join(gateway.title for gateway in used if gateway.can_refund)
    unable = ", ".join(gateway.title for gateway in used if not gateway.can_refund)
    if not able:
        text = f"none can send money back ({unable or 'none is enabled'})"
        return warning("payment gateways", text, "Refunds have to be made by hand and noted here.")
    return ok("payment gateways", f"money back through {able}" + (f"; by hand: {unable}" if unable else ""))


def _check_stripe(settings: Settings) -> Iterator[Finding]:
    key = settings.stripe_api_key.get_secret_value()
    if not key:
        return
    live = key.partition("_")[2].startswith("live_")
    at_home = is_loopback(urlsplit(settings.woocommerce_url).hostname or "")
    if live and at_home:
        text = "is a live key, but the shop is a local one"
        yield wrong("STRIPE_API_KEY", text, "Use a test key with a test shop.")
    elif not live and not at_home:
        text = "is a test key, which does not see the payments of a live shop"
        yield warning("STRIPE_API_KEY", text, "Use the live key once the shop is live.")
    else:
        yield ok("STRIPE_API_KEY", "live" if live else "test key with a local shop")


def _check_webhooks(shop: Shop, settings: Settings) -> Finding:
    mine = [hook for hook in shop.webhooks() if hook.url == settings.public_url + WEBHOOK_PATH]
    silent = sorted(hook.topic for hook in mine if hook.status != "active")
    advice = f"The shop is still polled, but later. Add order webhooks to {WEBHOOK_PATH}, status Active."
    if not mine:
        return warning("webhooks", "the shop has none for this desk", advice)
    if silent:
        return warning("webhooks", f"switched off by the shop: {', '.join(silent)}", advice)
    return ok("webhooks", f"{len(mine)} active")


def _check_clock(settings: Settings, clock: Clock) -> Iterator[Finding]:
    try:
        answer = requests.get(f"{settings.woocommerce_url}/wp-json/", timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException:
        return
    if "Date" not in answer.headers:
        return
    off = (clock() - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    if abs(off) > SKEW:
        yield wrong(
            "clock", f"is off by {off:.0f} s as the shop sees it", "Set the time of this machine (NTP)."
        )
    else:
        yield ok("clock", "agrees with the shop's")
