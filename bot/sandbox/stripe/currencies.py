"""Stripe's own rules for currencies: its minor units, its smallest charge; nobody else's rules."""

from decimal import Decimal

from bot.sandbox.stripe.errors import StripeError, invalid

SUPPORTED = frozenset(
    """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn
    bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf
    gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr
    lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen
    pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd
    top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
    """.split()
)
ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())

# Both lost their cents long ago, yet Stripe still takes them with two decimals that must be 00.
WHOLE_UNITS_AS_CENTS = frozenset(("isk", "ugx"))

# The smallest charge where Stripe names one; forints and new Taiwan dollars keep their cents in payments.
SMALLEST_CHARGE = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
LARGEST_CHARGE = 99_999_999


def check_currency(code: str, *, param: str) -> str:
    """The currency in Stripe's lower case; refuses what Stripe does not present prices in."""
    currency = code.lower()
    if currency not in SUPPORTED:
        raise invalid(f"Invalid currency: {currency}", param=param)
    return currency


def decimals(currency: str) -> int:
    """How many decimals Stripe's integer carries for this currency: 0, 2 or 3."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_major(amount: int, currency: str) -> Decimal:
    """An amount as a person writes it, for pages and messages only."""
    return Decimal(amount).scaleb(-decimals(currency))


def describe(amount: int, currency: str) -> str:
    """An amount in an error message: ``19.99 EUR``."""
    return f"{to_major(amount, currency)} {currency.upper()}"


def check_steps(amount: int, currency: str, *, param: str) -> None:
    """Refuse amounts finer than the card networks settle: fils ending in 1 to 9, fractions of a króna."""
    step = 10 if currency in THREE_DECIMAL else 100 if currency in WHOLE_UNITS_AS_CENTS else 1
    if amount % step:
        raise invalid(f"Amounts in {currency.upper()} must be a multiple of {step}", param=param)


def check_payment(amount: int, currency: str, *, param: str) -> None:
    """Refuse a payment below Stripe's minimum or above its maximum for the currency."""
    check_steps(amount, currency, param=param)
    least = SMALLEST_CHARGE.get(currency, 1)
    if amount < least:
        text = f"Amount must be at least {describe(least, currency)}"
        raise StripeError(400, text, code="amount_too_small", param=param, kept=False)
    if amount > LARGEST_CHARGE:
        text = f"Amount must be no more than {describe(LARGEST_CHARGE, currency)}"
        raise StripeError(400, text, code="amount_too_large", param=param, kept=False)
