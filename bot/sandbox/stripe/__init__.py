"""Stripe as far as HTTP can tell: payments, refunds, Checkout, signed events, and a ledger of every cent."""

from bot.sandbox.stripe.app import create_app
from bot.sandbox.stripe.currencies import decimals
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.keys import API_VERSION, LIVE_KEY, READ_ONLY_KEY, TEST_KEY
from bot.sandbox.stripe.ledger import EntryKind, LedgerEntry
from bot.sandbox.stripe.state import Payment, Stripe
from bot.sandbox.stripe.troubles import Trouble

__all__ = [
    "API_VERSION",
    "LIVE_KEY",
    "READ_ONLY_KEY",
    "TEST_KEY",
    "EntryKind",
    "LedgerEntry",
    "Payment",
    "Stripe",
    "StripeError",
    "Trouble",
    "create_app",
    "decimals",
]
