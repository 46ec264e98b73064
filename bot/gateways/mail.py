"""One letter to one mailbox, over SMTP. It knows no return and no shop, and logs no word of a letter."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.setting_checks import is_loopback, is_mailbox

PORTS = {"smtp": 587, "smtps": 465}
GO_AHEAD, ACCEPTED = 354, 250


@dataclass(frozen=True)
class Letter:
    """A plain text for one mailbox. The same ``message_id`` twice is the same letter to a mail program."""

    to: str
    subject: str
    text: str
    language: str
    message_id: str
    date: datetime


@dataclass(frozen=True)
class Mailer:
    """A mail server that takes our letters. ``tls`` says whether nothing may be said in the clear."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    wrapped: bool = False
    tls: bool = True
    patience: float = 20.0
    context: ssl.SSLContext | None = None

    def send(self, letter: Letter, guard: Callable[[], None] = lambda: None) -> None:
        """Hand the letter over. ``guard`` is asked in the last moment before its first byte leaves.

        Raises Refused where the server said no for good, Unreachable where it certainly has nothing,
        OutcomeUnknown where the whole letter left and no answer came.
        """
        body = self._written(letter)
        with self._connected() as server:
            _expect(server.mail(parseaddr(self.sender)[1]), ACCEPTED)
            _expect(server.rcpt(letter.to), ACCEPTED)
            guard()
            _expect(server.docmd("DATA"), GO_AHEAD)
            _expect(_handed_over(server, body), ACCEPTED)

    def try_out(self) -> None:
        """Connect and log in, and send nothing. Raises Refused or Unreachable."""
        with self._connected() as server:
            _expect(server.noop(), ACCEPTED)

    def message_id(self, digest: str) -> str:
        """An id for a letter, from what tells it apart, in the sender's own domain."""
        return f"<{digest}@{parseaddr(self.sender)[1].rpartition('@')[2]}>"

    def _written(self, letter: Letter) -> bytes:
        """The letter as it goes over the wire: seven bits, and no header that anybody typed into."""
        if not is_mailbox(letter.to):
            raise Refused("the order has no e-mail address that can be written to", code="address")
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = self.sender, letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"], message["Message-ID"] = format_datetime(letter.date), letter.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
        message["Content-Language"] = letter.language
        return smtplib.quotedata(message.as_bytes().decode("ascii")).encode("ascii")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A server that was told who we are, over a line nobody listens in on."""
        try:
            server = self._dialled()
        except (OSError, smtplib.SMTPException) as e:
            raise Unreachable(f"the mail server does not answer: {type(e).__name__}") from e
        try:
            self._introduce(server)
            yield server
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        except smtplib.SMTPAuthenticationError as e:
            raise Refused("the mail server refuses user and password", code=str(e.smtp_code)) from e
        except smtplib.SMTPNotSupportedError as e:
            raise Refused(f"the mail server cannot do what is needed: {e}") from e
        except smtplib.SMTPResponseException as e:
            _expect((e.smtp_code, bytes(str(e.smtp_error), "utf-8", "replace")), ACCEPTED)
            raise
        except (OSError, smtplib.SMTPException) as e:
            raise Unreachable(f"the mail server hung up: {type(e).__name__}") from e
        finally:
            server.close()

    def _dialled(self) -> smtplib.SMTP:
        if self.wrapped:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.patience, context=self._safe())
        return smtplib.SMTP(self.host, self.port, timeout=self.patience)

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self.tls and not self.wrapped:
            server.ehlo()
            if not server.has_extn("starttls"):
                raise Refused("the mail server offers no encryption (STARTTLS)", code="starttls")
            server.starttls(context=self._safe())
        server.ehlo()
        if self.user:
            server.login(self.user, self.password)

    def _safe(self) -> ssl.SSLContext:
        return self.context or ssl.create_default_context()


def open_mailer(address: str, password: str, sender: str) -> Mailer:
    """The mailer of a setting such as smtp://user@mail.example:587."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return Mailer(
        host=host,
        port=parts.port or PORTS[parts.scheme],
        sender=sender,
        user=unquote(parts.username or ""),
        password=password,
        wrapped=parts.scheme == "smtps",
        tls=parts.scheme == "smtps" or not is_loopback(host),
    )


def _handed_over(server: smtplib.SMTP, body: bytes) -> tuple[int, bytes]:
    """The answer to the whole letter. From its first byte on, silence says nothing about what was kept."""
    try:
        server.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        server.send(b".\r\n")
        return server.getreply()
    except (OSError, smtplib.SMTPException) as e:
        detail = f"the mail server did not say whether it took the letter: {type(e).__name__}"
        raise OutcomeUnknown(detail) from e


def _expect(answer: tuple[int, bytes], code: int) -> None:
    """Raise what an answer other than ``code`` means: 4yz is "later", 5yz is "no" (RFC 5321, 4.2.1)."""
    given, said = answer
    if given == code or (code == ACCEPTED and given in (251, 252)):
        return
    text = f"{given} {said.decode('utf-8', 'replace')[:200]}"
    if 500 <= given < 600:
        raise Refused(f"the mail server said {text}", code=str(given))
    raise Unreachable(f"the mail server said {text}", code=str(given))
