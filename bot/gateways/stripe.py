"""Payments: Stripe in the desk's nouns, as evidence of what was paid back. It moves no money."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import stripe as sdk

from bot.errors import GatewayError, Refused, Unreachable
from bot.gateways.stripe_amounts import from_stripe
from store.money import Money

PAGE = 100

# Money that left, or is about to: a refund that failed or was canceled gave its money back to the shop.
COUNTING = frozenset({"succeeded", "pending", "requires_action"})
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
    """A refund as Stripe shows it. ``reason`` is the shop's, copied into the metadata by its plugin."""

    refund_id: str
    amount: Money
    status: str
    reason: str
    payment_intent: str
    created_at: datetime

    @property
    def counts(self) -> bool:
        """Whether this money is with the customer or on its way there."""
        return self.status in COUNTING


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Whose key it is, and whether real money moves with it."""

    account_id: str
    name: str
    live: bool


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """A genuine event. It is a hint that something changed; what is true is to be read anew."""

    event_id: str
    kind: str
    live: bool
    payment_intent: str


class Payments:
    """A Stripe account. Only reads, so the SDK may repeat them: twice, and within seconds.

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
        with _named_errors():
            first = self.client.v1.refunds.list({"payment_intent": payment_intent, "limit": PAGE})
            return tuple(_refund(refund.to_dict()) for refund in first.auto_paging_iter())

    def is_disputed(self, payment_intent: str) -> bool:
        """Whether the customer's bank is asking for the money of this payment back, undecided so far.

        Raises Refused when the key does not know the payment or may not look, Unreachable otherwise.
        """
        with _named_errors():
            found = self.client.v1.disputes.list({"payment_intent": payment_intent, "limit": PAGE})
            return any(dispute.to_dict()["status"] in UNDECIDED for dispute in found.auto_paging_iter())

    def read_account(self) -> StripeAccount:
        """Whose account it is; a wrong key is Refused."""
        with _named_errors():
            account = self.client.v1.accounts.retrieve_current().to_dict()
        profile = account.get("business_profile") or {}
        return StripeAccount(account["id"], profile.get("name") or "", self.live)


def check_event(body: bytes, signature: str, secret: str) -> StripeEvent | None:
    """The event if Stripe signed exactly these bytes within the last five minutes, else None."""
    try:
        sdk.WebhookSignature.verify_header(body, signature, secret, sdk.Webhook.DEFAULT_TOLERANCE)
        event = json.loads(body)
        about = event["data"]["object"]
        intent = about["id"] if about["object"] == "payment_intent" else about.get("payment_intent")
        return StripeEvent(event["id"], event["type"], event["livemode"] is True, intent or "")
    except (sdk.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextmanager
def _named_errors() -> Iterator[None]:
    """Stripe's errors by what they prove about a question: it was refused, or nothing was learnt."""
    try:
        yield
    except sdk.StripeError as e:
        raise _named(e) from e
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise Unreachable(f"Stripe's answer cannot be read: {type(e).__name__} {e}", code="unreadable") from e


def _named(e: sdk.StripeError) -> GatewayError:
    said = f"Stripe: {e.user_message or type(e).__name__}"
    if isinstance(e, sdk.InvalidRequestError | sdk.AuthenticationError | sdk.PermissionError):
        return Refused(said, code=e.code or f"http_{e.http_status}")
    return Unreachable(said, code=e.code or f"http_{e.http_status or 0}")


def _refund(row: dict[str, Any]) -> StripeRefund:
    metadata = row.get("metadata") or {}
    return StripeRefund(
        refund_id=row["id"],
        amount=from_stripe(row["amount"], row["currency"]),
        status=row["status"],
        reason=str(metadata.get("reason") or ""),
        payment_intent=row.get("payment_intent") or "",
        created_at=datetime.fromtimestamp(row["created"], UTC),
    )
