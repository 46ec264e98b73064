"""HTTP connections that end by themselves where a client does not come to the end of its request.

A slow client costs no thread, but a file descriptor; thousands of them would leave none to anybody else.
Behind a proxy that buffers requests there are none of them, but nobody has to have one.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 30.0  # seconds for a request, and as long as its bytes come as fast as this, longer:
RATE = 8_000  # bytes a second; five photos over the worst telephone
LOOK = 5.0  # seconds between two looks


class HastyProtocol(H11Protocol):
    """uvicorn's own connection, which does not wait for ever for the rest of a request."""

    patience, look = PATIENCE, LOOK

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at how long it takes."""
        super().connection_made(transport)
        self.waiting_since: float | None = self.loop.time()
        self.moved = 0
        self.next_look = self.loop.call_later(self.look, self._look)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self.moved += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Begin anew; what the client has yet to take of the answer needs its time too."""
        self.waiting_since, self.moved = self.loop.time(), self.transport.get_write_buffer_size()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self.next_look.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        now = self.loop.time()
        if not self._is_waiting():
            self.waiting_since, self.moved = None, 0
        elif self.waiting_since is None:
            self.waiting_since = now
        elif now - self.waiting_since >= self.patience + self.moved / RATE:
            self.transport.abort()
            return
        self.next_look = self.loop.call_later(self.look, self._look)

    def _is_waiting(self) -> bool:
        """Whether the next byte is the client's to send."""
        cycle: Any = self.cycle
        return cycle is None or cycle.more_body or cycle.response_complete
