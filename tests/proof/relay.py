"""A wire to a server that can be cut, mended, and cut right after it carried something. Knows no protocol."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

UNTIL_DONE = 0.3  # seconds the other side is given to do what it was told last


class Relay:
    """Forwards a port of this machine to a server. What it carries is never changed."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.open = True
        self.is_fatal: Callable[[bytes], bool] = lambda _data: False
        self.lines: list[tuple[socket.socket, socket.socket]] = []
        self.lock = threading.Lock()

    def cut(self) -> None:
        """Drop every connection, and take no new one before ``mend``."""
        self.open = False
        self._drop()

    def mend(self) -> None:
        """Carry again."""
        self.open = True

    def cut_after(self, words: bytes, times: int = 1) -> None:
        """Let the ``times``-th ``words`` from now on through to the server, and nothing back on that line."""
        left = [times]

        def is_fatal(data: bytes) -> bool:
            left[0] -= words in data
            return words in data and left[0] == 0

        self.is_fatal = is_fatal

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self.cut()
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.open:
                    self._connect(client)
                else:
                    client.close()

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self.target)
        with self.lock:
            self.lines.append((client, server))
        lost = threading.Event()
        threading.Thread(target=self._out, args=(client, server, lost), daemon=True).start()
        threading.Thread(target=self._back, args=(server, client, lost), daemon=True).start()

    def _out(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError), client:
            while data := client.recv(65_536):
                if self.is_fatal(data):
                    lost.set()
                    server.sendall(data)
                    time.sleep(UNTIL_DONE)
                    break
                server.sendall(data)
            client.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _back(server: socket.socket, client: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError), server:
            while data := server.recv(65_536):
                if not lost.is_set():
                    client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        with self.lock:
            lines, self.lines = self.lines, []
        for pair in lines:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
