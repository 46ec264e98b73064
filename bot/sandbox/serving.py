"""Serve an ASGI application from a thread, on a free port if none is named."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import uvicorn


class Service:
    """One HTTP service of the sandbox, running in its own thread until ``stop()``."""

    def __init__(self, app: Any, *, port: int = 0, host: str = "127.0.0.1") -> None:
        # Named as TCP, or asyncio leaves the kernel to hold back each answer for 40 ms on kept connections.
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.url = f"http://{host}:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(
            app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1, proxy_headers=False
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._run, name=f"sandbox {self.url}", daemon=True)

    def start(self) -> Self:
        """Serve in the background; the socket already listens when this returns."""
        self.socket.listen(256)
        self.thread.start()
        return self

    def stop(self) -> None:
        """Answer what is under way, then leave."""
        self.server.should_exit = True
        self.thread.join(timeout=5)
        self.socket.close()

    def _run(self) -> None:
        self.server.run(sockets=[self.socket])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which every connection is refused, as long as this lasts: a port that is only kept."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as kept:
        kept.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{kept.getsockname()[1]}"
