"""Who asks: Basic or query keys over TLS, one-legged OAuth 1.0a over plain http, and what a key may do."""

import base64
import hashlib
import hmac
from urllib.parse import quote, unquote

from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.http import Request, parameters
from bot.sandbox.shop.records import Key
from bot.sandbox.shop.state import State

WINDOW_SECONDS = 15 * 60
NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
HASHES = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
READING = ("GET", "HEAD")
WORDS = {
    "GET": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
    "POST": ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
    "PUT": ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "DELETE": ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource."),
}


def identify(state: State, request: Request) -> Key | None:
    """The key of the request; None for a stranger, who is refused later. Basic over plain http is not even
    looked at (recording auth_basic_over_plain_http), and only paths under /wp-json/ are authenticated."""
    if not request.path.startswith("/wp-json/"):
        return None
    key = (_over_tls(state, request) if request.secure else None) or _oauth(state, request)
    if key:
        _check_permission(key, request.method)
    return key


def require_rights(key: Key | None, method: str, *, listing: bool) -> None:
    """Refuse strangers with 401 and keys of users without rights over the shop with 403."""
    if key and key.shop_rights:
        return
    code, message = WORDS.get("PUT" if method == "PATCH" else method, WORDS["GET"])
    if listing and method in READING:
        message = "Sorry, you cannot list resources."
    raise ShopError(403 if key else 401, code, message)


def _refused(message: str) -> ShopError:
    return ShopError(401, "woocommerce_rest_authentication_error", message)


def _over_tls(state: State, request: Request) -> Key | None:
    name, secret = _given(request)
    key = state.keys.get(name)
    if key is None:
        return None
    if not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise _refused("Consumer secret is invalid.")
    return key


def _given(request: Request) -> tuple[str, str]:
    query = dict(request.pairs())
    if "consumer_key" in query:
        return query["consumer_key"], query.get("consumer_secret", "")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    name, _, secret = base64.b64decode(value + "==").decode(errors="replace").partition(":")
    return name, secret


def _oauth(state: State, request: Request) -> Key | None:
    given = dict(request.pairs())
    missing = [name for name in NEEDED if name not in given]
    if len(missing) == len(NEEDED):
        return None
    if missing:
        code, words = "woocommerce_rest_authentication_missing_parameter", ", ".join(missing)
        raise ShopError(401, code, f"Missing OAuth parameters {words}")
    key = state.keys.get(given["oauth_consumer_key"])
    if key is None:
        raise _refused("Consumer key is invalid.")
    if not hmac.compare_digest(signature(request, key).encode(), given["oauth_signature"].encode()):
        raise _refused("Invalid signature - provided signature does not match.")
    _check_time(state, given)
    return key


def signature(request: Request, key: Key) -> str:
    """The signature WooCommerce computes: parameters sorted by name and encoded twice, secret plus "&"."""
    pairs = [(name, value) for name, value in flat(request) if name != "oauth_signature"]
    joined = "%26".join(f"{_twice(name)}%3D{_twice(value)}" for name, value in sorted(pairs, key=_name))
    base = f"{request.method}&{quote(request.site + request.path, safe='')}&{joined}"
    method = dict(pairs).get("oauth_signature_method", "")
    if method not in HASHES:
        raise _refused("Invalid signature - signature method is invalid.")
    secret = f"{key.consumer_secret}&".encode()
    return base64.b64encode(
        hmac.new(secret, base.encode(), getattr(hashlib, HASHES[method])).digest()
    ).decode()


def flat(request: Request) -> list[tuple[str, str]]:
    """The query as PHP holds it: of a repeated name the last value counts (the PyPI client repeats),
    lists get their indices."""
    pairs: list[tuple[str, str]] = []
    for name, value in parameters(request.pairs()).items():
        indexed = [(f"{name}[{i}]", part) for i, part in enumerate(value)] if isinstance(value, list) else []
        pairs += indexed or [(name, str(value))]
    return pairs


def _name(pair: tuple[str, str]) -> bytes:
    return pair[0].encode()


def _twice(text: str) -> str:
    return quote(unquote(text), safe="").replace("%", "%25")


def _check_time(state: State, given: dict[str, str]) -> None:
    stamp = given["oauth_timestamp"]
    now = int(state.wall().timestamp())
    if not stamp.isdigit() or abs(now - int(stamp)) > WINDOW_SECONDS:
        raise _refused("Invalid timestamp.")
    used = (given["oauth_consumer_key"], given["oauth_nonce"])
    with state.lock:
        if used in state.nonces:
            raise _refused("Invalid nonce - nonce has already been used.")
        state.nonces.add(used)


def _check_permission(key: Key, method: str) -> None:
    if method in READING and key.permissions == "write":
        raise _refused("The API key provided does not have read permissions.")
    if method not in (*READING, "OPTIONS") and key.permissions == "read":
        raise _refused("The API key provided does not have write permissions.")
