"""A wire to a server that can be cut, mended, and cut right after it carried something. Knows no protocol."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


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
        threading.Thread(target=self._out, args=(client, server), daemon=True).start()
        threading.Thread(target=self._carry, args=(server, client), daemon=True).start()

    def _out(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                if self.is_fatal(data):
                    client.shutdown(socket.SHUT_RDWR)
                    server.sendall(data)
                    server.recv(65_536)  # it is done there, and nobody here hears of it
                    server.close()
                    return
                server.sendall(data)

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        with self.lock:
            lines, self.lines = self.lines, []
        for pair in lines:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                    end.close()
