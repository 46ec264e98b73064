"""The settings, read from the environment and from ``.env``; nobody else looks there.

A setting that is empty counts as not set. What cannot be used is named in one line per setting, and values
are never repeated: they may be secrets.
"""

from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.setting_checks import (
    base_address,
    channel_id,
    clock_span,
    clock_time,
    database_address,
    days_or_none,
    decimal_text,
    group_id,
    hours_by_turn,
    language_code,
    list_of_dates,
    list_of_people,
    list_of_weekdays,
    mail_sender_address,
    mail_server_address,
    named_periods,
    secret,
    shop_address,
    time_zone,
    web_address,
)
from bot.setting_problems import misspelt, sentence_of, set_twice

ENV_FILE = Path(".env")
NO_SECRET = SecretStr("")

Percent = Annotated[int, Field(ge=0, le=100)]
Amount = Annotated[str, AfterValidator(decimal_text)]
Campaigns = Annotated[tuple[tuple[str, date, date], ...], NoDecode, BeforeValidator(named_periods)]
Span = Annotated[tuple[time, time] | None, NoDecode, BeforeValidator(clock_span)]
Weekdays = Annotated[tuple[int, ...], NoDecode, BeforeValidator(list_of_weekdays)]
HoursByTurn = Annotated[tuple[tuple[str, int], ...], NoDecode, BeforeValidator(hours_by_turn)]
WebAddress = Annotated[str, AfterValidator(web_address)]


def a_secret(*begins: str, length: int = 1) -> Any:
    """A validator for a secret: what it may begin with, and how many characters it has at least."""
    return BeforeValidator(partial(secret, begins=begins, length=length))


class StripeRefunds(StrEnum):
    """Who is asked to pay back what Stripe took."""

    DIRECT = "direct"
    SHOP = "shop"


class CreditKind(StrEnum):
    """What the customer gets as store credit."""

    COUPON = "coupon"
    GIFT_CARD = "gift_card"


class BadSettings(Exception):
    """Settings that cannot be used: one line for each, naming it and what is expected, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Settings(BaseSettings):
    """Everything that can be set, each with the one line that documents it.

    The constructor takes values as they are given and looks at no environment; ``read()`` does.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False
    )

    database_url: Annotated[str, AfterValidator(database_address)] = Field(
        "sqlite:///returns-desk.db",
        repr=False,
        description="Where the desk remembers: a SQLite file on a local disk, or a PostgreSQL database.",
    )
    public_url: WebAddress = Field(
        "", description="The address Slack and the shop reach the desk at, https, without a slash at the end."
    )
    port: int = Field(8000, ge=1, le=65535, description="The port `serve` listens on.")
    secret_key: Annotated[SecretStr, a_secret(length=32)] = Field(
        NO_SECRET,
        description="Makes codes of store credit unguessable: at least 32 random characters, kept for good.",
    )
    timezone: Annotated[str, AfterValidator(time_zone)] = Field(
        "UTC", description="The shop's time zone, for deadlines and the digest, such as Europe/Paris."
    )
    language: Annotated[str, AfterValidator(language_code)] = Field(
        "en", description="The language of the channel, and of customers whose own is not known: en or fr."
    )
    digest_time: Annotated[time, BeforeValidator(clock_time)] = Field(
        time(9, 0),
        description="When the list of what waits for the team is posted, in the shop's time zone.",
    )
    digest_days: Weekdays = Field(
        (), description="The days on which it is posted, such as mon,tue,wed,thu,fri; empty: every day."
    )

    team_hours: Span = Field(
        None,
        description="When the team works, such as 09:00-18:00; else clocks stand still. Empty: always.",
    )
    team_days: Weekdays = Field(
        (), description="The days on which the team works, such as mon,tue,wed,thu,fri; empty: every day."
    )
    clock_hours: HoursByTurn = Field(
        (),
        description="Working hours the team gives itself to decide, to settle what arrived, to answer, such "
        "as pending=8,received=16,answer=4; empty: no clocks.",
    )
    claim_hours: int = Field(
        0,
        ge=0,
        le=1000,
        description="Working hours after which a return its owner leaves alone is free again; 0: never.",
    )

    portal_link_days: int = Field(
        60, ge=1, le=365, description="How long the links work that customers get to their returns, in days."
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=9,
        description="How many proxies before the desk add to X-Forwarded-For; 0: it is not believed.",
    )
    keep_months: int = Field(
        0,
        ge=0,
        le=240,
        description="After how many months customers of closed returns are erased by themselves; 0: never.",
    )
    campaigns: Campaigns = Field(
        (), description="Periods with a name: black-friday-2026=2026-11-20..2026-11-30, more after a comma."
    )
    quiet_hours: Span = Field(
        None,
        description="When the desk writes to no customer by itself, such as 21:00-08:00; empty: never.",
    )

    mail_server: Annotated[str, AfterValidator(mail_server_address)] = Field(
        "",
        description="A mail server for what customers are told, such as smtp://user@mail.example:587 or "
        "smtps://user@mail.example:465; empty: the shop's own notes to customers.",
    )
    mail_password: Annotated[SecretStr, a_secret()] = Field(
        NO_SECRET, description="The password of the user at the mail server."
    )
    mail_from: Annotated[str, AfterValidator(mail_sender_address)] = Field(
        "", description="Whom the desk's mails are from, such as Acme returns <returns@shop.example>."
    )

    photo_folder: str = Field(
        "",
        description="The folder for customers' photos; empty: returns-desk-photos beside the database.",
    )
    photo_bucket: WebAddress = Field(
        "",
        description="A bucket of S3 or its like for customers' photos, such as "
        "https://shop-photos.s3.eu-west-3.amazonaws.com; empty: the folder.",
    )
    photo_bucket_key: str = Field("", description="The id of the access key that may use the bucket.")
    photo_bucket_secret: Annotated[SecretStr, a_secret()] = Field(
        NO_SECRET, description="The secret that belongs to the access key of the bucket."
    )
    photo_bucket_region: str = Field(
        "us-east-1", description="The region of the bucket, as whoever runs it calls it, such as eu-west-3."
    )
    photo_megabytes: int = Field(10, ge=1, le=50, description="How large a customer's photo may be, in MB.")
    photos_at_once: int = Field(
        5, ge=1, le=20, description="How many photos a customer may send at once, with one form."
    )
    photos_per_return: int = Field(20, ge=1, le=200, description="How many photos a return may have.")
    photo_gigabytes: int = Field(
        5, ge=1, le=10_000, description="How much room all photos together may take, in GB."
    )

    slack_bot_token: Annotated[SecretStr, a_secret("xoxb-")] = Field(
        NO_SECRET, description="The bot token of the Slack app; it begins with xoxb-."
    )
    slack_signing_secret: Annotated[SecretStr, a_secret()] = Field(
        NO_SECRET, description="Proves that a request comes from Slack: Basic Information, Signing Secret."
    )
    slack_app_token: Annotated[SecretStr, a_secret("xapp-")] = Field(
        NO_SECRET,
        description="Set for Socket Mode, which needs no public address for Slack; begins with xapp-.",
    )
    slack_channel: Annotated[str, AfterValidator(channel_id)] = Field(
        "", description="The id of the channel the cards are posted in, such as C0123456789."
    )
    slack_user_group: Annotated[str, AfterValidator(group_id)] = Field(
        "", description="The id of the user group that may act; empty: the members of the channel may."
    )
    slack_operators: Annotated[tuple[str, ...], NoDecode, BeforeValidator(list_of_people)] = Field(
        (), description="Ids of the people who may act, separated by commas; overrides group and channel."
    )
    slack_api_url: Annotated[str, AfterValidator(base_address)] = Field(
        "https://slack.com/api/", description="Where Slack answers; only a sandbox needs another."
    )

    woocommerce_url: Annotated[str, AfterValidator(shop_address)] = Field(
        "", description="The shop's address, https, without /wp-json."
    )
    woocommerce_consumer_key: Annotated[SecretStr, a_secret("ck_")] = Field(
        NO_SECRET, description="The REST key of the shop, with permission to read and write; begins with ck_."
    )
    woocommerce_consumer_secret: Annotated[SecretStr, a_secret("cs_")] = Field(
        NO_SECRET, description="The secret that belongs to the REST key; it begins with cs_."
    )
    woocommerce_webhook_secret: Annotated[SecretStr, a_secret()] = Field(
        NO_SECRET, description="Proves that a webhook comes from the shop; as entered in the webhook there."
    )
    poll_seconds: int = Field(
        300, ge=10, le=86400, description="How often the shop is asked for changes, in seconds."
    )

    stripe_api_key: Annotated[SecretStr, a_secret("sk_", "rk_")] = Field(
        NO_SECRET,
        description="Set if the shop is paid through Stripe: the desk looks there when in doubt; sk_ or rk_.",
    )
    stripe_refunds: StripeRefunds = Field(
        StripeRefunds.DIRECT,
        description="How card refunds go out where the key knows the payment: direct (asked of Stripe, which "
        "keeps a repeat from paying twice) or shop (asked of the shop).",
    )
    stripe_webhook_secret: Annotated[SecretStr, a_secret("whsec_")] = Field(
        NO_SECRET,
        description="Proves that a webhook comes from Stripe; it begins with whsec_. Empty: no such door.",
    )
    stripe_api_base: WebAddress = Field(
        "https://api.stripe.com", description="Where Stripe answers; only a sandbox needs another."
    )

    window_days: Annotated[Annotated[int, Field(ge=0, le=3650)] | None, BeforeValidator(days_or_none)] = (
        Field(
            30, description="Days after delivery in which a return may be asked for; set but empty: no end."
        )
    )
    holidays: Annotated[tuple[date, ...], NoDecode, BeforeValidator(list_of_dates)] = Field(
        (), description="Days a deadline does not fall on, such as 2026-12-25,2027-01-01."
    )
    return_policy: str = Field(
        "",
        description="A file (TOML) with rules by product, category, tag, sale state and reason, and who "
        "agrees to them; empty: one window for everything, and people agree.",
    )
    return_address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = Field(
        "", description="Where parcels are sent back to; customers read it once a return is agreed."
    )
    label_cost: Amount = Field("4.90", description="What a return label costs, in the shop's currency.")
    restocking_fee_percent: Percent = Field(0, description="Restocking fee, in per cent of the goods.")
    standard_shipping: Amount | None = Field(
        None, description="The cheapest way the shop ships; the law asks to refund no more than that."
    )
    goodwill_limit: Amount = Field(
        "0", description="The most that may be refunded beyond what the goods are worth, per return."
    )
    keep_it_limit: Amount = Field(
        "0",
        description="Returns worth no more may be refunded without the goods: the customer keeps them.",
    )
    credit_bonus_percent: Percent = Field(5, description="Bonus for taking store credit, in per cent.")
    credit_bonus_cap: Amount | None = Field(None, description="The largest bonus, in the shop's currency.")
    credit_kind: CreditKind = Field(
        CreditKind.COUPON,
        description="What store credit is: coupon, or gift_card where the shop has the Gift Cards extension.",
    )
    credit_months_valid: int = Field(24, ge=1, le=120, description="Months until store credit expires.")
    quiet_minutes: int = Field(
        15, ge=1, le=1440, description="Minutes the desk waits before it takes a missing refund as not made."
    )
    card_prefix: str = Field(
        "RMA", pattern=r"^[A-Z][A-Z0-9]{0,9}$", description="What return numbers begin with, in capitals."
    )
    return_number_start: int = Field(1, ge=1, le=1_000_000_000, description="The first return's number.")
    intake_secret: Annotated[SecretStr, a_secret(length=16)] = Field(
        NO_SECRET, description="Signs returns handed in at /api/v1/returns; empty: that door stays shut."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Construct from what is handed over; ``read()`` alone looks outside."""
        return (init_settings,)

    @classmethod
    def read(cls, env_file: Path = ENV_FILE) -> Self:
        """The settings of the environment, then of ``env_file``. Raises BadSettings."""
        found = _found(cls, env_file)
        problems = [*set_twice(env_file), *misspelt(found, cls.model_fields)]
        values = {name: value for name, value in found.items() if name in cls.model_fields}
        try:
            settings = cls(**values)
        except ValidationError as e:
            raise BadSettings([*problems, *map(sentence_of, e.errors(include_url=False))]) from None
        if problems:
            raise BadSettings(problems)
        return settings

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over a socket we open, instead of reaching us."""
        return bool(self.slack_app_token)

    def missing(self, command: str) -> tuple[str, ...]:
        """The names of settings without which ``serve``, ``work`` or ``manifest`` makes no sense."""
        return tuple(name.upper() for name in self._needed(command) if not getattr(self, name))

    def _needed(self, command: str) -> Iterable[str]:
        if command == "manifest":
            return () if self.socket_mode else ("public_url",)
        needed = [*NEEDED]
        if not self.socket_mode:
            needed.append("slack_signing_secret")
        if self.mail_server:
            needed.append("mail_from")
            needed += ["mail_password"] if "@" in self.mail_server else []
        if self.photo_bucket:
            needed += ["photo_bucket_key", "photo_bucket_secret"]
        return needed


NEEDED = (
    "secret_key",
    "public_url",
    "slack_bot_token",
    "slack_channel",
    "woocommerce_url",
    "woocommerce_consumer_key",
    "woocommerce_consumer_secret",
    "woocommerce_webhook_secret",
)


def _found(settings: type[Settings], env_file: Path) -> dict[str, Any]:
    """What is set, by field name. Only a window that is set but empty means something: no end."""
    in_file = DotEnvSettingsSource(settings, env_file=env_file, env_file_encoding="utf-8-sig")()
    found = {**in_file, **EnvSettingsSource(settings)()}
    return {name: value for name, value in found.items() if str(value).strip() or name == "window_days"}
