"""The settings of the desk's own mail: what they may look like, and which need which."""

import pytest
from pydantic import ValidationError

from bot.config import Settings


@pytest.mark.parametrize(
    "address",
    ["smtp://mail.example", "smtp://desk@mail.example:587", "smtps://a%40b.example@mail.example:465/"],
)
def test_a_mail_server_is_an_address(address: str) -> None:
    assert Settings(mail_server=address).mail_server == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    ["mail.example", "http://mail.example", "smtp://", "smtp://u:hush@mail.example", "smtp://mail.example/x"],
)
def test_what_is_no_mail_server_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ValidationError) as told:
        Settings(mail_server=address)
    assert "hush" not in str(told.value)


@pytest.mark.parametrize("sender", ["returns@shop.example", "Acme Été <returns@shop.example>"])
def test_a_sender_is_one_mailbox(sender: str) -> None:
    assert Settings(mail_from=sender).mail_from == sender


@pytest.mark.parametrize(
    "sender", ["Acme", "a@b", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"]
)
def test_what_is_no_single_mailbox_is_refused(sender: str) -> None:
    with pytest.raises(ValidationError):
        Settings(mail_from=sender)


def test_a_mail_server_needs_a_sender_and_a_user_a_password() -> None:
    assert "MAIL_FROM" in Settings(mail_server="smtp://mail.example").missing("serve")
    assert "MAIL_PASSWORD" not in Settings(mail_server="smtp://mail.example").missing("serve")
    assert "MAIL_PASSWORD" in Settings(mail_server="smtp://desk@mail.example").missing("serve")
    assert "MAIL_FROM" not in Settings().missing("serve")
