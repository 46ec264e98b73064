"""Who may knock: signatures of Slack and of the intake, checked before anything else is read."""

import hashlib
import hmac
from datetime import datetime

WINDOW = 300  # seconds a signature is good for, on either side of now


def signed_by_slack(body: bytes, timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Whether Slack signed ``body`` with ``secret`` just now. Garbled headers are simply not signed."""
    if not secret or not _is_recent(timestamp, now):
        return False
    base = b"v0:" + timestamp.encode("ascii") + b":" + body
    return _same("v0=" + _digest(secret, base), signature)


def signed_for_intake(body: bytes, header: str, secret: str, now: datetime) -> bool:
    """Whether ``header`` (t=<unix seconds>,v1=<hex>) signs ``body``: HMAC-SHA256 over "<t>.<body>"."""
    parts = dict(part.split("=", 1) for part in header.replace(" ", "").split(",") if "=" in part)
    timestamp = parts.get("t", "")
    if not secret or not _is_recent(timestamp, now):
        return False
    return _same(_digest(secret, timestamp.encode("ascii") + b"." + body), parts.get("v1", ""))


def intake_signature(body: bytes, secret: str, now: datetime) -> str:
    """The header that signs ``body`` for the intake."""
    timestamp = str(int(now.timestamp()))
    return f"t={timestamp},v1={_digest(secret, timestamp.encode('ascii') + b'.' + body)}"


def _digest(secret: str, base: bytes) -> str:
    return hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _is_recent(timestamp: str, now: datetime) -> bool:
    digits = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13
    return digits and abs(int(timestamp) - now.timestamp()) <= WINDOW


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
