"""The use cases: one function, one verb, one transaction. ``Desk`` is what every door is handed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL, Engine

from bot.clock import Clock, utc_now
from bot.config import Settings
from bot.desk.return_policy import read_policy
from bot.gateways.mail import Mailer, open_mailer
from bot.gateways.photo_bucket import PhotoBucket
from bot.gateways.photo_store import PhotoFolder, PhotoStore
from bot.gateways.stripe import Payments
from bot.gateways.woocommerce import Shop
from bot.i18n import Words
from bot.rules.eligibility import ReturnPolicy
from store.db import open_engine

PHOTOS = "returns-desk-photos"


@dataclass(frozen=True)
class Desk:
    """The database, the shop, the payments, the settings and the time. It never changes once opened."""

    engine: Engine
    settings: Settings
    shop: Shop
    payments: Payments | None
    clock: Clock = utc_now

    def now(self) -> datetime:
        """This moment, in UTC."""
        return self.clock()

    @property
    def words(self) -> Words:
        """The language of the channel and of the shop's time zone."""
        return Words(self.settings.language, self.settings.timezone)

    @cached_property
    def return_policy(self) -> ReturnPolicy:
        """The shop's returns policy, as it was when it was first needed."""
        return read_policy(self.settings)

    @cached_property
    def mailer(self) -> Mailer | None:
        """What letters to customers leave by; None where the shop writes them."""
        return mailer_of(self.settings)

    @cached_property
    def photos(self) -> PhotoStore:
        """Where the bytes of customers' photos lie."""
        return open_photos(self.settings, self.engine.url)


def open_desk(settings: Settings, clock: Clock = utc_now) -> Desk:
    """The desk of ``settings``; nothing outside is asked yet."""
    return Desk(
        engine=open_engine(settings.database_url),
        settings=settings,
        shop=Shop(
            settings.woocommerce_url,
            settings.woocommerce_consumer_key.get_secret_value(),
            settings.woocommerce_consumer_secret.get_secret_value(),
        ),
        payments=open_payments(settings),
        clock=clock,
    )


def mailer_of(settings: Settings) -> Mailer | None:
    """The mail server of ``settings``, if there is one."""
    if not settings.mail_server:
        return None
    return open_mailer(settings.mail_server, settings.mail_password.get_secret_value(), settings.mail_from)


def open_payments(settings: Settings) -> Payments | None:
    """Stripe as evidence, where the shop gave a key."""
    key = settings.stripe_api_key
    return Payments(key.get_secret_value(), base=settings.stripe_api_base) if key else None


def open_photos(settings: Settings, database: URL) -> PhotoStore:
    """The bucket or the folder that is set, or a folder beside the database's file."""
    if settings.photo_bucket:
        return PhotoBucket(
            settings.photo_bucket,
            settings.photo_bucket_key,
            settings.photo_bucket_secret.get_secret_value(),
            settings.photo_bucket_region,
        )
    if settings.photo_folder:
        return PhotoFolder(Path(settings.photo_folder))
    beside = Path(database.database or "").parent if database.get_backend_name() == "sqlite" else Path()
    return PhotoFolder(beside / PHOTOS)
