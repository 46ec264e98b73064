"""The JSON documents of API version 2026-10-28.endive, with the fields a shop reads; no behaviour."""

from bot.sandbox.stripe.records import Json, new_id

API_VERSION = "2026-10-28.endive"


def payment_intent(
    amount: int, currency: str, *, metadata: dict[str, str], created: int, livemode: bool
) -> Json:
    """A payment intent that has not been paid yet."""
    reference = new_id("pi")
    return {
        "id": reference, "object": "payment_intent", "amount": amount, "amount_capturable": 0,
        "amount_received": 0, "canceled_at": None, "cancellation_reason": None,
        "capture_method": "automatic_async", "client_secret": f"{reference}_secret_{new_id('s')[2:]}",
        "confirmation_method": "automatic", "created": created, "currency": currency, "customer": None,
        "description": None, "last_payment_error": None, "latest_charge": None, "livemode": livemode,
        "metadata": dict(metadata), "next_action": None, "payment_method": None,
        "payment_method_types": ["card"], "receipt_email": None, "shipping": None,
        "statement_descriptor": None, "status": "requires_payment_method",
    }  # fmt: skip


def charge(intent: Json, *, status: str, method: str, email: str | None, created: int) -> Json:
    """An attempt to collect a payment intent: succeeded, pending or failed."""
    good = status == "succeeded"
    return {
        "id": new_id("ch" if method == "card" else "py"), "object": "charge", "amount": intent["amount"],
        "amount_captured": intent["amount"] if good else 0, "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": email, "name": None, "phone": None},
        "captured": good, "created": created, "currency": intent["currency"], "customer": None,
        "description": intent["description"], "disputed": False, "failure_code": None,
        "failure_message": None, "livemode": intent["livemode"], "metadata": dict(intent["metadata"]),
        "outcome": None, "paid": good, "payment_intent": intent["id"], "payment_method": new_id("pm"),
        "payment_method_details": {"type": method, method: _method_details(method)}, "receipt_email": email,
        "receipt_number": None, "receipt_url": None, "refunded": False, "status": status,
    }  # fmt: skip


def _method_details(method: str) -> Json:
    if method != "card":
        return {"bank_code": "37040044", "country": "DE", "last4": "3000"}
    return {"brand": "visa", "country": "DE", "exp_month": 12, "exp_year": 2034, "last4": "4242"}


def refund(charge: Json, amount: int, *, reason: str | None, metadata: dict[str, str], created: int) -> Json:
    """Money on its way back; its status is set by whoever makes it."""
    return {
        "id": new_id("re" if charge["id"].startswith("ch_") else "pyr"), "object": "refund", "amount": amount,
        "balance_transaction": None, "charge": charge["id"], "created": created,
        "currency": charge["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "livemode": charge["livemode"], "metadata": dict(metadata),
        "payment_intent": charge["payment_intent"], "reason": reason, "receipt_number": None,
        "source_transfer_reversal": None, "status": "succeeded", "transfer_reversal": None,
    }  # fmt: skip


def dispute(charge: Json, amount: int, *, reason: str, created: int) -> Json:
    """A customer's bank that took the money back and waits for an answer."""
    return {
        "id": new_id("du"), "object": "dispute", "amount": amount, "balance_transactions": [],
        "charge": charge["id"], "created": created, "currency": charge["currency"], "evidence": {},
        "evidence_details": {"due_by": created + 7 * 86_400, "has_evidence": False, "past_due": False,
                             "submission_count": 0},
        "is_charge_refundable": False, "livemode": charge["livemode"], "metadata": {},
        "payment_intent": charge["payment_intent"], "reason": reason, "status": "needs_response",
    }  # fmt: skip


def event(kind: str, record: Json, *, created: int, request: Json, livemode: bool) -> Json:
    """What happened, with the object as it was then."""
    return {
        "id": new_id("evt"), "object": "event", "api_version": API_VERSION, "created": created,
        "data": {"object": record}, "livemode": livemode, "pending_webhooks": 0,
        "request": request, "type": kind,
    }  # fmt: skip


def webhook_endpoint(url: str, events: list[str], *, secret: str, created: int, livemode: bool) -> Json:
    """An address that wants to hear; the secret is shown at creation only."""
    return {
        "id": new_id("we"), "object": "webhook_endpoint", "api_version": API_VERSION, "application": None,
        "created": created, "description": None, "enabled_events": events, "livemode": livemode,
        "metadata": {}, "secret": secret, "status": "enabled", "url": url,
    }  # fmt: skip


def account(reference: str, name: str, country: str, currency: str) -> Json:
    """The shop's own account at Stripe."""
    return {
        "id": reference, "object": "account",
        "business_profile": {"name": name, "support_email": None, "url": None}, "business_type": "company",
        "charges_enabled": True, "country": country, "default_currency": currency,
        "details_submitted": True, "email": None, "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": name, "timezone": "Etc/UTC"}}, "type": "standard",
    }  # fmt: skip


def balance(totals: dict[str, int], livemode: bool) -> Json:
    """The shop's money at Stripe, all of it available."""
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(totals.items())
    ]
    pending = [{"amount": 0, "currency": row["currency"], "source_types": {"card": 0}} for row in available]
    return {"object": "balance", "available": available, "livemode": livemode, "pending": pending}
