"""A real mail server on a real port, small, with the faults that mail servers have."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Mailbox:
    """What arrived, and what the server does wrong next.

    ``answers`` replace what is answered to a command, such as {"RCPT": "550 no such user"}; an empty one
    hangs up. ``lost`` is how many letters are taken without an answer. ``offers`` are its extensions.
    """

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ("AUTH PLAIN",)
    lost: int = 0
    context: ssl.SSLContext | None = None
    encrypted: int = 0
    logins: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    @property
    def letters(self) -> list[EmailMessage]:
        """What arrived, parsed."""
        return [message_from_bytes(one, policy=default) for one in self.raw]  # type: ignore[misc]

    @property
    def texts(self) -> list[str]:
        return [one.get_content() for one in self.letters]


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    server: "Server"

    def handle(self) -> None:
        box = self.server.box
        if not self._say(box.answers.get("CONNECT", "220 mail.test")):
            return
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if not self._answer(box, verb.upper(), rest) or verb.upper() == "QUIT":
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _answer(self, box: Mailbox, verb: str, rest: str) -> bool:
        if verb in box.answers:
            return self._say(box.answers[verb])
        if verb == "EHLO":
            lines = ("mail.test", *box.offers)
            marks = ["-"] * (len(lines) - 1) + [" "]
            return self._say("\r\n".join(f"250{mark}{one}" for mark, one in zip(marks, lines, strict=True)))
        if verb == "AUTH":
            box.logins.append(rest)
            return self._say("235 welcome")
        if verb == "STARTTLS" and box.context is not None:
            return self._encrypt(box, box.context)
        if verb == "RCPT":
            box.recipients.append(rest)
        return self._take(box) if verb == "DATA" else self._say("250 fine")

    def _encrypt(self, box: Mailbox, context: ssl.SSLContext) -> bool:
        self._say("220 go ahead")
        self.rfile.close()
        self.wfile.close()
        try:
            self.request = context.wrap_socket(self.request, server_side=True)
        except OSError:  # the customer's side does not trust us
            return False
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        box.encrypted += 1
        return True

    def _take(self, box: Mailbox) -> bool:
        self._say("354 go ahead")
        body = b""
        while not body.endswith(b"\r\n.\r\n"):
            body += self.rfile.readline()
        box.raw.append(body[:-3].replace(b"\r\n..", b"\r\n."))
        if box.lost:
            box.lost -= 1
            return False
        return self._say(box.answers.get("END", "250 taken"))

    def _say(self, text: str) -> bool:
        if text:
            self.wfile.write(f"{text}\r\n".encode())
        return bool(text)


class Server(socketserver.ThreadingTCPServer):
    """The server of one mailbox."""

    daemon_threads = True

    def __init__(self, box: Mailbox) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.box = box


@contextmanager
def a_mailbox() -> Iterator[Mailbox]:
    """A mail server that runs."""
    box = Mailbox()
    with Server(box) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
