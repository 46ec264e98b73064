"""Money as whole minor units of one currency. Division exists only as an exact split."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

# ISO 4217 currencies whose minor unit is not the hundredth.
EXPONENTS: Mapping[str, int] = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}

# Decimal() itself would also take "1e3", "1_000", "NaN" and digits of every script.
PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,20})?")


def exponent(currency: str) -> int:
    """How many decimals ISO 4217 gives ``currency``: 2 unless the table says otherwise."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """``minor`` units of ``currency``: Money(6110, "EUR") is 61.10 EUR. Currencies never mix."""

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in ``currency``."""
        return cls(0, currency)

    @classmethod
    def of(cls, text: str, currency: str) -> Self:
        """Read a plain decimal such as the shop's "61.1000", rounding once, half up.

        Raises ValueError on anything that is not a finite plain decimal number.
        """
        return cls(to_minor(text, currency), currency)

    @property
    def decimal(self) -> str:
        """The amount as a plain decimal with the currency's own number of decimals, for the shop."""
        places = exponent(self.currency)
        return str(Decimal(self.minor).scaleb(-places)) if places else str(self.minor)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: "Money") -> bool:
        return not self <= other

    def __ge__(self, other: "Money") -> bool:
        return not self < other

    def __bool__(self) -> bool:
        return self.minor != 0

    def percent(self, percent: int) -> "Money":
        """``percent`` hundredths of this amount, rounded half up to the minor unit."""
        return Money((self.minor * percent * 2 + 100) // 200, self.currency)

    def allocate(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Split exactly by ``weights``; odd units go to the largest remainders, first come first served.

        Raises ValueError when there is no positive weight to carry the amount.
        """
        return tuple(Money(part, self.currency) for part in spread(self.minor, weights))

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")


def total(parts: Iterable[Money], currency: str) -> Money:
    """The sum of ``parts``, zero in ``currency`` when there are none."""
    return sum(parts, Money.zero(currency))


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split the whole number ``amount`` by non-negative ``weights`` so that the parts sum to it."""
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def to_minor(text: str, currency: str) -> int:
    """Minor units of a plain decimal text, half up. Raises ValueError on anything else."""
    if not PLAIN.fullmatch(text):
        raise ValueError(f"not an amount: {text!r}")
    return int(Decimal(text).scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP))
