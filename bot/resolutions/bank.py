"""What the bank shows of a refund, as evidence that is kept with the resolution."""

from collections.abc import Mapping
from typing import Any

from bot.errors import GatewayError
from bot.gateways.stripe import Payments, StripeRefund
from bot.resolutions.restocking import reference_of

FAILED = frozenset({"failed", "canceled"})
PENDING = frozenset({"pending", "requires_action"})


def shown(refund: StripeRefund) -> Mapping[str, Any]:
    """The refund as plain data; ``reason`` is Stripe's word for why it is pending or failed."""
    return {
        "refund_id": refund.refund_id,
        "status": refund.status,
        "reason": refund.trouble,
        "amount": refund.amount.minor,
    }


def shown_of(payments: Payments | None, intent: str, reference: str) -> Mapping[str, Any]:
    """The one refund that names ``reference``, as ``{"bank": …}``; empty where the bank cannot say."""
    if payments is None or not intent:
        return {}
    try:
        refunds = payments.list_refunds(intent)
    except GatewayError:
        return {}
    named = [refund for refund in refunds if refund.counts and reference_of(refund.reason) == reference]
    return {"bank": shown(named[0])} if len(named) == 1 else {}
