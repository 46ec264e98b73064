"""The use cases: one function, one verb, one transaction. ``Desk`` is what every door is handed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Engine

from bot.clock import Clock, utc_now
from bot.config import Settings
from bot.desk.return_policy import read_policy
from bot.gateways.stripe import Payments
from bot.gateways.woocommerce import Shop
from bot.i18n import Words
from bot.rules.eligibility import ReturnPolicy
from store.db import open_engine


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


def open_payments(settings: Settings) -> Payments | None:
    """Stripe as evidence, where the shop gave a key."""
    key = settings.stripe_api_key
    return Payments(key.get_secret_value(), base=settings.stripe_api_base) if key else None
