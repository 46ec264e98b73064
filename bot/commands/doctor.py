"""Looks at everything the desk depends on before it is opened, and says what to do. Changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from bot.commands.disk import shared_filesystem
from bot.commands.photo_checks import check_photos
from bot.commands.shop_checks import check_shop
from bot.config import BadSettings, Settings, StripeRefunds
from bot.desk import mailer_of
from bot.desk.return_policy import read_policy
from bot.errors import GatewayError, Refused
from bot.findings import Finding, ok, warning, wrong
from bot.gateways.stripe import Payments
from bot.setting_checks import is_loopback
from handlers.slack.doctor import check_slack
from store.db import open_engine
from store.migrations import Schema, read_schema

PATIENCE = 10  # seconds


def examine() -> Iterator[Finding]:
    """Every finding in the order a person would set things up."""
    try:
        settings = Settings.read()
        read_policy(settings)
    except BadSettings as e:
        yield from (
            wrong("settings", problem, "Correct it in the environment or in .env.") for problem in e.problems
        )
        return
    yield from check_settings(settings)
    yield from check_database(settings)
    yield check_photos(settings)
    if settings.mail_server and settings.mail_from:
        yield check_mail(settings)
    if settings.slack_bot_token:
        yield from check_slack(settings)
    if settings.woocommerce_url and settings.woocommerce_consumer_key:
        yield from check_shop(settings)
    if settings.stripe_api_key:
        yield check_stripe(settings)
    yield from check_door(settings)


WEBHOOK_ADVICE = (
    "Point an endpoint of Stripe at /webhooks/stripe with the events charge.refunded, refund.created, "
    "refund.updated, refund.failed and charge.dispute.created, and copy its signing secret."
)


def check_stripe(settings: Settings) -> Finding:
    """Whether Stripe knows the key, and whose account it opens."""
    payments = Payments(
        settings.stripe_api_key.get_secret_value(), base=settings.stripe_api_base, timeout=PATIENCE
    )
    try:
        account = payments.read_account()
        able = settings.stripe_refunds is StripeRefunds.SHOP or payments.may_refund()
    except Refused as e:
        return wrong(
            "Stripe", f"refuses the key: {e.detail}", "Copy the key anew: Stripe, Developers, API keys."
        )
    except GatewayError as e:
        return warning("Stripe", f"does not answer: {e.detail}", "Check this machine's way to the internet.")
    finally:
        payments.close()
    if not able:
        return wrong(
            "Stripe",
            "the key may not create refunds, but STRIPE_REFUNDS says direct",
            "Give the key write permission for charges and refunds, or set STRIPE_REFUNDS=shop.",
        )
    return ok(
        "Stripe", f"account {account.name or account.account_id}, {'live' if account.live else 'test'} key"
    )


def check_mail(settings: Settings) -> Finding:
    """Whether the mail server lets the desk in; nothing is sent."""
    mailer = mailer_of(settings)
    assert mailer is not None
    try:
        mailer.try_out()
    except Refused as e:
        return wrong("MAIL_SERVER", e.detail, "Check MAIL_SERVER, its user, and MAIL_PASSWORD.")
    except GatewayError as e:
        return warning("MAIL_SERVER", e.detail, "Check its name and port, and this machine's way to it.")
    return ok("MAIL_SERVER", f"{mailer.host} takes the desk's mails")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """What is not set but needed, and what works better when set."""
    for name in settings.missing("serve"):
        yield wrong(name, "is not set", described(name))
    if not settings.stripe_api_key:
        text = "is not set: when the shop cannot tell what became of a refund, a person has to look at Stripe"
        yield warning(
            "STRIPE_API_KEY", text, "Give a restricted key (rk_) that may write charges and refunds."
        )
    elif not settings.stripe_webhook_secret:
        text = "is not set: a refund the bank gives back is noticed by asking, up to a day later"
        yield warning("STRIPE_WEBHOOK_SECRET", text, WEBHOOK_ADVICE)
    if not settings.missing("serve"):
        yield ok("settings", "all that is needed is set")


def described(name: str) -> str:
    """The line that documents a setting."""
    return str(Settings.model_fields[name.lower()].description)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Reachable, whole, current, and in a place that keeps what it is told."""
    engine = open_engine(settings.database_url)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        yield wrong("database", f"there is no file {engine.url.database}", "Run `python -m bot migrate`.")
        return
    try:
        yield from (_check_sqlite if engine.dialect.name == "sqlite" else _check_postgresql)(engine)
        yield _check_schema(engine)
    except OperationalError as e:
        reason = str(e.orig).splitlines()[0]
        yield wrong("DATABASE_URL", f"cannot be opened: {reason}", "Check address, password and folder.")
    finally:
        engine.dispose()


def _check_schema(engine: Engine) -> Finding:
    state = read_schema(engine)
    if state is Schema.CURRENT:
        return ok("database schema", "is the one of this version")
    if state is Schema.NEWER:
        advice = "Install the newer version, or restore the backup made before it."
        return wrong("database schema", "was migrated by a newer version", advice)
    found = "is empty" if state is Schema.EMPTY else "is older than this version"
    return wrong("database schema", found, "Run `python -m bot migrate`.")


def _check_sqlite(engine: Engine) -> Iterator[Finding]:
    with engine.execution_options(reading=True).connect() as connection:
        said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    file = Path(engine.url.database or "")
    if said != "ok":
        yield wrong("database", f"is damaged: {said}", "Stop the desk and restore a backup.")
    elif not os.access(file, os.W_OK) or not os.access(file.resolve().parent, os.W_OK):
        yield wrong(
            "database", f"{file} or its folder cannot be written", "Give the desk's user the right to."
        )
    else:
        yield ok("database", f"SQLite file {file}")
    if kind := shared_filesystem(file):
        lost = f"is on a network disk ({kind}), where locks do not hold and two workers may refund at once"
        yield wrong("database", lost, "Put it on a local disk, or use PostgreSQL.")


def _check_postgresql(engine: Engine) -> Iterator[Finding]:
    with engine.connect() as connection:
        version = connection.execute(text("SHOW server_version")).scalar()
        commit = connection.execute(text("SHOW synchronous_commit")).scalar()
        replica = connection.execute(text("SELECT pg_is_in_recovery()")).scalar()
    if replica:
        yield wrong("database", "is a replica that cannot be written to", "Give the address of the primary.")
    if commit == "off":
        lost = "synchronous_commit is off: a power cut forgets the last refunds, which are then sent twice"
        yield wrong("database", lost, "Switch it on for this database.")
    yield ok("database", f"PostgreSQL {version}")


def check_door(settings: Settings) -> Iterator[Finding]:
    """Whether the world finds the desk at its public address."""
    if not settings.public_url:
        return
    host = urlsplit(settings.public_url).hostname or ""
    shop = urlsplit(settings.woocommerce_url).hostname or ""
    if is_loopback(host) and shop and not is_loopback(shop):
        yield warning("PUBLIC_URL", "is this machine only: neither customers nor Slack can reach it", "")
    try:
        answer = requests.get(f"{settings.public_url}/healthz", timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException:
        yield warning("PUBLIC_URL", "nothing answers there", "Right if the desk is not running yet.")
        return
    if answer.status_code == requests.codes.ok:
        yield ok("PUBLIC_URL", "the desk answers there")
    else:
        advice = "Point the address, or the proxy behind it, at the desk."
        yield warning("PUBLIC_URL", f"answers {answer.status_code} instead of the desk", advice)
