"""Store credit: a coupon only its owner can use, with a code nobody can guess and only the customer reads."""

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import documents
from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.nouns import Coupon
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from store.money import Money

log = logging.getLogger(__name__)

SECRET_BYTES = 10  # 80 bits, 16 characters of base32


@dataclass(frozen=True)
class Credit:
    """The coupon to make. The code is not kept: it follows from the reference and the desk's secret key."""

    reference: str
    amount: Money
    email: str
    expires_on: date | None


@dataclass(frozen=True)
class Credits:
    """Where coupons are made and looked for."""

    shop: Shop
    secret: str

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Look for the coupon first. The baseline keeps by what the code will be known again, not the code.

        Raises OutcomeUnknown when it is there already, Unreachable.
        """
        code = self._code(task)
        if self.shop.find_coupon(code) is not None:
            raise OutcomeUnknown("the shop shows this credit already")
        return {"digest": digest_of(code)}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Make the coupon: one request. Raises Refused, Unreachable or OutcomeUnknown."""
        credit = documents.read(Credit, task.payload)
        task.guard()
        try:
            coupon = self.shop.create_coupon(
                code_of(credit.reference, self.secret),
                amount=credit.amount,
                email=credit.email,
                expires_on=credit.expires_on,
                text=credit.reference,
                individual_use=False,
                operation=task.key,
            )
        except OutcomeUnknown:
            self._empty_if_open(task, credit)  # at once: the next look is minutes away
            raise
        return _evidence(coupon)

    def probe(self, task: Task) -> Verdict:
        """Whether the coupon is there and ours. Its code cannot be anybody else's by chance."""
        credit, code = documents.read(Credit, task.payload), self._code(task)
        if task.baseline.get("digest", digest_of(code)) != digest_of(code):
            detail = N_("SECRET_KEY was changed, so the desk cannot look for this credit.")
            return Verdict(Look.PERSON, detail=detail)
        coupon = self.shop.find_coupon(code)
        if coupon is None:
            return Verdict(Look.ABSENT)
        if coupon.operation == task.key and coupon.emails != (credit.email.lower(),):
            return self._withdrawn(coupon)
        if coupon.operation == task.key and coupon.amount == credit.amount:
            return Verdict(Look.DONE, _evidence(coupon))
        return Verdict(Look.PERSON, detail=N_("The shop has another coupon with this credit's code."))

    def _empty_if_open(self, task: Task, credit: Credit) -> None:
        """Take the worth from a coupon of ours that anybody could use. Where that fails, the look does it."""
        try:
            coupon = self.shop.find_coupon(self._code(task))
            if coupon and coupon.operation == task.key and coupon.emails != (credit.email.lower(),):
                self._withdrawn(coupon)
        except (Unreachable, Refused, OutcomeUnknown) as e:
            log.warning("%s: could not look whether its coupon is open to all: %s", task.key, e.detail)

    def _withdrawn(self, coupon: Coupon) -> Verdict:
        """WooCommerce drops an address it does not take without a word, and the coupon is then everybody's
        (recording coupon_create_bad_email). It is emptied first; a person decides with the right address."""
        if coupon.amount:
            self.shop.set_balance(coupon.coupon_id, Money.zero(coupon.amount.currency), 1)
        return Verdict(
            Look.PERSON,
            detail=N_(
                "The shop did not take the customer's e-mail address, so the credit was emptied again."
            ),
        )

    def _code(self, task: Task) -> str:
        return code_of(documents.read(Credit, task.payload).reference, self.secret)


def code_of(reference: str, secret: str) -> str:
    """The coupon code of a resolution, such as CREDIT-7F3K-9QTZ-M4WD-2XKA."""
    digest = hmac.new(secret.encode(), f"credit:{reference}".encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest[:SECRET_BYTES]).decode()
    return "CREDIT-" + "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def digest_of(code: str) -> str:
    """By what a code is known again without being kept; the shop writes codes in lower case."""
    return hashlib.sha256(code.upper().encode()).hexdigest()[:16]


def _evidence(coupon: Coupon) -> Mapping[str, Any]:
    return {"coupon_id": coupon.coupon_id, "tail": coupon.code[-4:].upper()}
