"""What goes over the wire: keys, signatures, certificates, proxies, and the signature on the shop's news."""

import base64
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.errors import Unreachable
from bot.gateways.woocommerce import Shop, check_webhook
from tests.bot.gateways.scripted_shop import RECORDINGS, Script, recorded, replay, say

NEWS = json.loads((RECORDINGS / "webhook_delivery_order_updated_after_refund.json").read_text())
BODY = NEWS["delivery"]["raw_body"].encode()
SIGNATURE = NEWS["delivery"]["headers"]["X-WC-Webhook-Signature"]
SECRET = NEWS["webhook_secret"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop")])
    now = datetime.now(UTC)
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    )
    signed = builder.add_extension(host, critical=False).sign(key, hashes.SHA256())
    file = tmp_path / "shop.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure(script: Script, certificate: Path) -> Iterator[Script]:
    """The scripted shop behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    plain, script.wrap = script.wrap, lambda connection: context.wrap_socket(connection, server_side=True)
    yield script
    script.wrap = plain


def test_over_https_the_key_travels_as_basic_and_never_in_the_address(
    secure: Script, certificate: Path
) -> None:
    secure.on("GET", "/orders/24", replay("order_get"))
    shop = Shop(secure.url.replace("http:", "https:"), "ck_1", "cs_1", ca_bundle=str(certificate))
    shop.read_order(24)
    shop.close()
    for asked in secure.asked:
        assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'ck_1:cs_1').decode()}"
        assert not any("consumer" in name or "oauth" in name for name in asked.query)


def test_a_certificate_nobody_vouches_for_ends_before_a_byte_is_sent(secure: Script) -> None:
    secure.on("POST", "/notes", say(201, {"id": 1, "customer_note": False}))
    shop = Shop(secure.url.replace("http:", "https:"), "ck_1", "cs_1")
    with pytest.raises(Unreachable, match="SSLCert"):
        shop.add_note(24, "hello")
    assert secure.asked == []


def test_over_http_each_request_is_signed_anew_and_says_everything_once(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", replay("order_get"))
    shop.read_order(24)
    shop.read_order(24)
    nonces = [asked.query["oauth_nonce"][0] for asked in script.asked]
    assert len(set(nonces)) == len(nonces)
    assert all(len(values) == 1 for asked in script.asked for values in asked.query.values())
    assert not any("cs_1" in str(asked) for asked in script.asked)


def test_the_environments_proxy_and_netrc_never_see_the_key(
    script: Script, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    script.on("GET", "/orders/24", replay("order_get"))
    assert shop.read_order(24).order_id == 24
    assert "authorization" not in script.to("GET", "/orders/24")[0].headers


def test_a_cookie_of_the_shop_is_not_brought_back(script: Script, shop: Shop) -> None:
    script.on(
        "GET", "/orders/24", say(200, recorded("order_get"), set_cookie="woocommerce_session=1; Path=/")
    )
    shop.read_order(24)
    shop.read_order(24)
    assert not any("cookie" in asked.headers for asked in script.asked)


def test_several_threads_ask_at_once(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", replay("order_get"))
    found: list[int] = []

    def read() -> None:
        found.append(shop.read_order(24).order_id)
        shop.close()

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [24] * 8


@pytest.mark.parametrize("address", ["{}/", " {} ", "{}//"])
def test_a_slash_or_a_space_too_many_in_the_address_is_forgiven(script: Script, address: str) -> None:
    script.on("GET", "^/wp-json/wc/v3/orders/24", replay("order_get"))
    shop = Shop(address.format(script.url), " ck_1", "cs_1\n", timeout=1)
    assert shop.read_order(24).store_url.startswith(f"{script.url}/wp-admin/")
    shop.close()


def test_the_shops_recorded_news_is_genuine() -> None:
    assert check_webhook(BODY, SIGNATURE, SECRET)


@pytest.mark.parametrize(
    ("body", "signature", "secret"),
    [
        (BODY + b" ", SIGNATURE, SECRET),
        (BODY, SIGNATURE, "s3cr3t"),
        (BODY, SIGNATURE.lower(), SECRET),
        (BODY, "", SECRET),
        (BODY, "é", SECRET),
        (BODY, "\udcff", SECRET),
        (b"webhook_id=1", "", SECRET),
        (BODY, base64.b64encode(hmac.digest(b"", BODY, "sha256")).decode(), ""),
    ],
)
def test_news_signed_otherwise_is_not(body: bytes, signature: str, secret: str) -> None:
    assert not check_webhook(body, signature, secret)
