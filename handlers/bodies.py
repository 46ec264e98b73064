"""The raw body of a request, cut off at a limit before anything is computed over it."""

import time

from fastapi import Request

LIMIT = 1_000_000  # bytes; Slack's largest payloads and the shop's largest orders stay well below


class TooLarge(Exception):
    """A body above the limit; answered 413."""


async def body_of(request: Request) -> bytes:
    """Every byte of the body. Raises TooLarge as soon as there are too many of them.

    ``request.state.arrived`` is when they began to come, on the monotonic clock: a request may wait for a
    thread afterwards, and that wait counts too.
    """
    request.state.arrived = time.monotonic()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LIMIT:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)
