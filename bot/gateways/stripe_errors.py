"""Stripe's errors in the desk's terms: what each proves about a question, and about money."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import stripe as sdk

from bot.errors import GatewayError, KeySpent, OutcomeUnknown, Refused, Unreachable

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


@contextmanager
def asking() -> Iterator[None]:
    """Around a question: Raises Refused, or Unreachable where nothing was learnt."""
    try:
        yield
    except sdk.StripeError as e:
        raise _read_error(e) from e
    except UNREADABLE as e:
        raise Unreachable(f"Stripe's answer cannot be read: {type(e).__name__} {e}", code="unreadable") from e


@contextmanager
def writing() -> Iterator[None]:
    """Around a write with a key. Raises Refused (nothing came of it), Unreachable (nothing happened) or
    OutcomeUnknown, KeySpent among them (a look tells, or the same key once more).
    """
    try:
        yield
    except sdk.StripeError as e:
        raise _write_error(e) from e
    except UNREADABLE as e:
        raise OutcomeUnknown(f"Stripe's answer cannot be read: {type(e).__name__}", code="unreadable") from e


def _read_error(e: sdk.StripeError) -> GatewayError:
    if isinstance(e, sdk.InvalidRequestError | sdk.AuthenticationError | sdk.PermissionError):
        return Refused(_said(e), code=e.code or f"http_{e.http_status}")
    return Unreachable(_said(e), code=e.code or f"http_{e.http_status or 0}")


def _write_error(e: sdk.StripeError) -> GatewayError:
    """Stripe's errors by what they prove about a write. A limit is met before the key is looked at; any other
    error but a plain no may hide a success, and so may an answer that never came.
    """
    if isinstance(e, sdk.RateLimitError):
        return Unreachable(_said(e), code=e.code or "http_429", retry_after=_retry_after(e))
    if isinstance(e, sdk.IdempotencyError):
        return KeySpent(_said(e), code=e.code or "idempotency_error")
    plain = sdk.InvalidRequestError | sdk.CardError | sdk.AuthenticationError | sdk.PermissionError
    if isinstance(e, plain) and e.http_status != HTTPStatus.CONFLICT:
        return Refused(_said(e), code=e.code or f"http_{e.http_status}")
    return OutcomeUnknown(_said(e), code=e.code or f"http_{e.http_status or 0}")


def _retry_after(e: sdk.StripeError) -> float | None:
    try:
        return float((e.headers or {}).get("Retry-After", ""))
    except ValueError:
        return None


def _said(e: sdk.StripeError) -> str:
    return f"Stripe: {e.user_message or type(e).__name__}"
