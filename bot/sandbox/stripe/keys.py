"""Who may ask: API keys, their mode and rights, and the API version they speak."""

import re

from bot.sandbox.stripe.errors import StripeError, invalid
from bot.sandbox.stripe.shapes import API_VERSION

__all__ = ["API_VERSION", "LIVE_KEY", "READ_ONLY_KEY", "TEST_KEY", "check", "check_version"]

TEST_KEY = "sk_test_sandbox"
LIVE_KEY = "sk_live_sandbox"
READ_ONLY_KEY = "rk_test_sandbox_reads"


def check(known: frozenset[str], read_only: frozenset[str], method: str, headers: dict[str, str]) -> bool:
    """The mode of the request's key, True for live; raises Stripe's 401 and 403."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise StripeError(401, "You did not provide an API key in an Authorization: Bearer header.")
    if key not in known and key not in read_only:
        raise StripeError(401, f"Invalid API Key provided: {_hidden(key)}")
    if method != "GET" and key in read_only:
        text = f"The provided key '{_hidden(key)}' does not have the required permissions for this endpoint."
        raise StripeError(403, text, code="more_permissions_required", kept=False)
    return "_live_" in key


def check_version(version: str | None) -> None:
    """Refuse what is not written like one of Stripe's versions."""
    if version is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?", version):
        raise invalid(f"Invalid Stripe API version: {version}")


def _hidden(key: str) -> str:
    return f"{key[:7]}{'*' * 8}{key[-4:]}"
