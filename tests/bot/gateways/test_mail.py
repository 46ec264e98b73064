"""Every ending of a letter's way to a mail server, over a real socket."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.mail import Letter, Mailer, open_mailer
from tests.mailbox import Mailbox, a_mailbox

LETTER = Letter(
    "marie@example.com",
    "Votre retour RMA-1",
    "Bonjour\n.\n.. déjà\n",
    "fr",
    "<1@shop.example>",
    datetime(2026, 11, 24, 9, tzinfo=UTC),
)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


@pytest.fixture
def mailer(box: Mailbox) -> Mailer:
    return open_mailer(f"smtp://127.0.0.1:{box.port}", "", "Acmé <returns@shop.example>")


def test_a_letter_arrives_as_it_was_written(box: Mailbox, mailer: Mailer) -> None:
    mailer.send(LETTER)
    (letter,) = box.letters
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text
    assert letter["To"] == "marie@example.com"
    assert letter["From"] == "Acmé <returns@shop.example>"
    assert letter["Subject"] == LETTER.subject
    assert (letter["Message-ID"], letter["Auto-Submitted"]) == ("<1@shop.example>", "auto-generated")
    assert letter["Date"] == "Tue, 24 Nov 2026 09:00:00 +0000"
    assert (letter["Content-Language"], letter.get_content_type()) == ("fr", "text/plain")
    assert box.raw[0].isascii()


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("CONNECT", "", Unreachable),
        ("CONNECT", "554 go away", Unreachable),
        ("MAIL", "550 not from you", Refused),
        ("RCPT", "550 no such user", Refused),
        ("RCPT", "450 greylisted", Unreachable),
        ("RCPT", "", Unreachable),
        ("DATA", "451 later", Unreachable),
        ("DATA", "", Unreachable),
        ("END", "452 no room", Unreachable),
        ("END", "554 looks like spam", Refused),
        ("END", "", OutcomeUnknown),
    ],
)
def test_each_answer_says_what_became_of_the_letter(
    box: Mailbox, mailer: Mailer, command: str, answer: str, error: type[Exception]
) -> None:
    box.answers[command] = answer
    with pytest.raises(error):
        mailer.send(LETTER)


def test_nothing_is_said_in_the_clear_to_a_server_without_encryption(box: Mailbox, mailer: Mailer) -> None:
    with pytest.raises(Refused, match="STARTTLS"):
        replace(mailer, tls=True, user="shop", password="x").send(LETTER)
    assert (box.raw, box.logins, box.recipients) == ([], [], [])


def test_user_password_and_letter_go_over_an_encrypted_line(
    box: Mailbox, mailer: Mailer, tmp_path: Path
) -> None:
    certificate = a_certificate(tmp_path)
    box.offers, box.context = ("STARTTLS", "AUTH PLAIN"), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    box.context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    away = replace(mailer, host="localhost", tls=True, user="shop", password="x")
    replace(away, context=trusting).send(LETTER)
    assert (box.encrypted, len(box.logins), len(box.raw)) == (1, 1, 1)
    with pytest.raises(Unreachable):  # nobody vouches for this certificate
        away.send(LETTER)
    assert (len(box.logins), len(box.raw)) == (1, 1)


def a_certificate(folder: Path) -> Path:
    """A key of localhost and what it says of itself, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, hosts = datetime.now(UTC), x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    signed = made.add_extension(hosts, critical=True).sign(key, hashes.SHA256())
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "localhost.pem"
    path.write_bytes(key.private_bytes(*plain) + signed.public_bytes(Encoding.PEM))
    return path


def test_only_this_machine_may_be_spoken_to_without_encryption() -> None:
    away = [open_mailer(f"{scheme}://mail.example", "", "a@b.example") for scheme in ("smtp", "smtps")]
    assert [(one.tls, one.wrapped, one.port) for one in away] == [(True, False, 587), (True, True, 465)]
    assert not open_mailer("smtp://localhost:25", "", "a@b.example").tls


def test_user_and_password_are_given_and_refused(box: Mailbox) -> None:
    mailer = open_mailer(f"smtp://a%40b.example@127.0.0.1:{box.port}", "secret", "a@b.example")
    mailer.try_out()
    assert len(box.logins) == 1
    assert box.raw == []
    box.answers["AUTH"] = "535 no"
    with pytest.raises(Refused, match="user and password"):
        mailer.try_out()


def test_a_server_that_is_not_there_is_no_refusal() -> None:
    with pytest.raises(Unreachable):
        open_mailer("smtp://127.0.0.1:1", "", "a@b.example").send(LETTER)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "marie",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>",
        "é@b.example",
    ],
)
def test_a_letter_goes_to_one_plain_address_or_to_none(box: Mailbox, mailer: Mailer, address: str) -> None:
    with pytest.raises(Refused):
        mailer.send(replace(LETTER, to=address))
    assert box.recipients == []


def test_no_subject_becomes_a_header_of_its_own(box: Mailbox, mailer: Mailer) -> None:
    mailer.send(replace(LETTER, subject="Return\r\nBcc: c@d.example"))
    (letter,) = box.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Return Bcc: c@d.example"
    assert len(box.recipients) == 1


def test_whoever_lost_the_claim_sends_nothing(box: Mailbox, mailer: Mailer) -> None:
    def guard() -> None:
        raise Unreachable("held up")

    with pytest.raises(Unreachable):
        mailer.send(LETTER, guard)
    assert box.raw == []
