"""Payments: Stripe in the desk's nouns: what was paid and paid back, and refunds under keys of our own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import stripe as sdk

from bot.errors import OutcomeUnknown, Unreachable
from bot.gateways.stripe_amounts import from_stripe, to_stripe
from bot.gateways.stripe_errors import asking, writing
from store.money import Money

PAGE = 100
AHEAD = 60  # seconds another clock may be ahead of ours
NO_SUCH_PAYMENT = "pi_no_such_payment"

# Money that left, or is about to: a refund that failed or was canceled gave its money back to the shop.
COUNTING = frozenset({"succeeded", "pending", "requires_action"})
OPEN_ENDED = frozenset({"pending", "requires_action"})
UNDECIDED = frozenset(
    {
        "needs_response",
        "under_review",
        "warning_needs_response",
        "warning_under_review",
    }
)


@dataclass(frozen=True, slots=True)
class StripeRefund:
    """A refund as Stripe shows it.

    ``reason`` is what the shop's plugin, or the desk, wrote into the metadata; ``operation`` is there on the
    desk's own refunds only. ``trouble`` is Stripe's word for why it is pending or failed.
    """

    refund_id: str
    amount: Money
    status: str
    reason: str
    payment_intent: str
    created_at: datetime
    operation: str = ""
    trouble: str = ""

    @property
    def counts(self) -> bool:
        """Whether this money is with the customer or on its way there."""
        return self.status in COUNTING

    @property
    def open_ended(self) -> bool:
        """Whether the bank may still accept or return it."""
        return self.status in OPEN_ENDED


@dataclass(frozen=True, slots=True)
class StripeRefundOrder:
    """A refund to ask for, the same each time it is asked for. ``operation`` is random and its own."""

    payment_intent: str
    amount: Money
    operation: str
    reason: str
    about: Mapping[str, str]

    def body(self) -> Any:
        """What is sent."""
        metadata = {**self.about, "operation": self.operation, "reason": self.reason}
        return {
            "payment_intent": self.payment_intent,
            "amount": to_stripe(self.amount),
            "metadata": metadata,
        }


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Whose key it is, and whether real money moves with it."""

    account_id: str
    name: str
    live: bool


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """A genuine event. It is a hint that something changed; what is true is to be read anew.

    ``reference`` and ``request`` are the desk's own marks on a payment it asked for, empty on all others.
    """

    event_id: str
    kind: str
    live: bool
    payment_intent: str
    reference: str = ""
    request: str = ""


class Payments:
    """A Stripe account. The SDK may repeat reads, and writes because their keys are ours: twice, in seconds.

    ``base`` is another address than Stripe's own, for the sandbox. Safe to share between threads.
    """

    def __init__(self, key: str, *, base: str | None = None, timeout: float = 20, tries: int = 2) -> None:
        self.live = "_live_" in key
        self._session = session = requests.Session()
        # Neither a proxy nor a .netrc of the machine may stand between the key and Stripe.
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.client = sdk.StripeClient(
            key.strip(),
            base_addresses={"api": base} if base else None,
            max_network_retries=tries,
            http_client=sdk.RequestsClient(timeout=(3.05, timeout), session=session),
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def list_refunds(self, payment_intent: str) -> tuple[StripeRefund, ...]:
        """Every refund of the payment, newest first, all pages.

        Raises Refused when the key does not know the payment or may not look, Unreachable otherwise.
        """
        with asking():
            first = self.client.v1.refunds.list({"payment_intent": payment_intent, "limit": PAGE})
            return tuple(_refund(refund.to_dict()) for refund in first.auto_paging_iter())

    def read_refund(self, refund_id: str) -> StripeRefund:
        """The refund as it is now. Raises Refused when there is none, Unreachable otherwise."""
        with asking():
            return _refund(self.client.v1.refunds.retrieve(refund_id).to_dict())

    def create_refund(self, wanted: StripeRefundOrder, key: str) -> StripeRefund:
        """Pay back; asked again under the same ``key`` within a day, Stripe repeats its first answer.

        Raises Refused (nothing was paid by this), Unreachable (nothing happened, ask later) or
        OutcomeUnknown (``list_refunds`` tells, or the same key once more).
        """
        with writing():
            made = self.client.v1.refunds.create(wanted.body(), {"idempotency_key": key})
            refund = _refund(made.to_dict())
        if (refund.amount, refund.operation) != (wanted.amount, wanted.operation):
            raise OutcomeUnknown("Stripe answered about another refund than was asked for", code="other")
        return refund

    def read_currency(self, payment_intent: str) -> str:
        """The currency the payment was taken in, in capitals.

        Raises Refused when the key does not know the payment or may not look, Unreachable otherwise.
        """
        with asking():
            intent = self.client.v1.payment_intents.retrieve(payment_intent).to_dict()
            return str(intent["currency"]).upper()

    def may_refund(self) -> bool:
        """Whether the key is allowed to create refunds: it is tried on a payment that cannot exist.

        Raises Unreachable when Stripe does not answer.
        """
        try:
            self.client.v1.refunds.create({"payment_intent": NO_SUCH_PAYMENT})
        except (sdk.PermissionError, sdk.AuthenticationError):
            return False
        except sdk.InvalidRequestError:
            return True
        except sdk.StripeError as e:
            raise Unreachable(f"Stripe: {type(e).__name__}", code=e.code or "") from e
        return True

    def is_disputed(self, payment_intent: str) -> bool:
        """Whether the customer's bank is asking for the money of this payment back, undecided so far.

        Raises Refused when the key does not know the payment or may not look, Unreachable otherwise.
        """
        with asking():
            found = self.client.v1.disputes.list({"payment_intent": payment_intent, "limit": PAGE})
            return any(dispute.to_dict()["status"] in UNDECIDED for dispute in found.auto_paging_iter())

    def read_account(self) -> StripeAccount:
        """Whose account it is; a wrong key is Refused."""
        with asking():
            account = self.client.v1.accounts.retrieve_current().to_dict()
        profile = account.get("business_profile") or {}
        return StripeAccount(account["id"], profile.get("name") or "", self.live)


def check_event(body: bytes, signature: str, secret: str, now: datetime) -> StripeEvent | None:
    """The event if Stripe signed exactly these bytes within the last five minutes, else None.

    The SDK takes a signature from the future, which would stay good for as long; ours may be a minute off.
    """
    try:
        if _signed_at(signature) > now.timestamp() + AHEAD:
            return None
        sdk.WebhookSignature.verify_header(body, signature, secret, sdk.Webhook.DEFAULT_TOLERANCE)
        event = json.loads(body)
        about = event["data"]["object"]
        intent = about["id"] if about["object"] == "payment_intent" else about.get("payment_intent")
        marks = about.get("metadata") or {}
        return StripeEvent(
            event["id"],
            event["type"],
            event["livemode"] is True,
            intent or "",
            str(marks.get("reference") or ""),
            str(marks.get("request") or ""),
        )
    except (sdk.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _signed_at(signature: str) -> int:
    return int(dict(part.split("=", 1) for part in signature.split(",")).get("t", ""))


def _refund(row: dict[str, Any]) -> StripeRefund:
    metadata = row.get("metadata") or {}
    return StripeRefund(
        refund_id=row["id"],
        amount=from_stripe(row["amount"], row["currency"]),
        status=row["status"],
        reason=str(metadata.get("reason") or ""),
        payment_intent=row.get("payment_intent") or "",
        created_at=datetime.fromtimestamp(row["created"], UTC),
        operation=str(metadata.get("operation") or ""),
        trouble=str(row.get("failure_reason") or row.get("pending_reason") or ""),
    )
