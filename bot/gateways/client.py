"""The one seam to the ``woocommerce`` package, and how to ask: what is repeated, what counts as proof."""

import json
import random
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode

from requests.auth import HTTPBasicAuth
from woocommerce import API
from woocommerce.oauth import OAuth

from bot.errors import GatewayError, OutcomeUnknown, Refused, Unreachable
from bot.gateways.answers import BUSY, Unreadable, read_json, retry_after, shop_error
from bot.gateways.transport import Answer, Letter, Transport

T = TypeVar("T")
Params = Mapping[str, str | int]
READ_TRIES = 3


class Signer(OAuth):  # type: ignore[misc]  # the package carries no types
    """The package's OAuth 1 with two repairs, both for shops on plain http.

    PHP encodes a slash in a value where the package does not, and its nonces are eight digits, so that a busy
    desk would soon use one twice; the shop refuses either with 401.
    """

    @staticmethod
    def generate_nonce() -> str:
        """A number used once."""
        return secrets.token_hex(16)

    @staticmethod
    def normalize_parameters(params: Mapping[str, Any]) -> dict[str, str]:
        """Names and values encoded twice, as the shop does it."""
        return {_twice(key): _twice(value) for key, value in params.items()}


class ShopApi(API):  # type: ignore[misc]  # the package carries no types
    """``woocommerce.API`` with its one private method replaced: every verb of the package goes through it.

    Over http the package signs the address with OAuth 1, over https it uses Basic: both stay. Each call is
    signed anew, since a shop refuses a nonce it has seen (recording auth_oauth1_plain_http).
    """

    def __init__(self, url: str, key: str, secret: str, transport: Transport) -> None:
        super().__init__(url.strip().rstrip("/"), key.strip(), secret.strip(), timeout=30)
        self.transport = transport

    def _API__request(  # noqa: N802 (the package's private name, as Python spells it)
        self, method: str, endpoint: str, data: Any, params: Params | None = None, *, seconds: float = 30
    ) -> Answer:
        url = f"{self.url}/wp-json/" if endpoint == "/" else self._API__get_url(endpoint)
        auth = HTTPBasicAuth(self.consumer_key, self.consumer_secret) if self.is_ssl else None
        if params:
            url = f"{url}?{urlencode(params)}"
        if not self.is_ssl:
            url = Signer(url, self.consumer_key, self.consumer_secret, method=method).get_oauth_url()
        headers = {"user-agent": "returns-desk", "accept": "application/json"}
        body = None
        if data is not None:
            headers["content-type"] = "application/json;charset=utf-8"
            body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
        return self.transport.send(Letter(method, url, headers, body=body, auth=auth), seconds=seconds)


def said_by_the_shop(status: int, code: str) -> bool:
    """Whether an error in WordPress' shape proves that nothing was done: not when PHP itself broke down."""
    return status < 500 or code.startswith("woocommerce_rest_")


class Client:
    """Reads are tried READ_TRIES times within ``patience`` seconds; writes are sent once and never again."""

    def __init__(self, api: ShopApi, *, timeout: float, patience: float, pause: float) -> None:
        self.api, self.timeout, self.patience, self.pause = api, timeout, patience, pause

    def read(
        self, endpoint: str, into: Callable[[Answer], T], params: Params | None = None, *, fresh: bool = False
    ) -> T:
        """GET and translate. ``fresh`` keeps caches from answering: for reads that serve as evidence.

        Raises Refused when the shop says no, Unreachable when no readable answer came in time.
        """
        until = time.monotonic() + self.patience
        for tries_left in range(READ_TRIES - 1, -1, -1):
            try:
                return self._read_once(endpoint, into, _unique(params or {}) if fresh else params or {})
            except (Unreachable, OutcomeUnknown) as e:
                wait = self._wait(e)
                if not tries_left or time.monotonic() + wait > until:
                    raise Unreachable(e.detail, code=e.code, retry_after=e.retry_after) from e
                time.sleep(wait)
        raise AssertionError("a last try returns or raises")

    def write(
        self,
        method: str,
        endpoint: str,
        data: Any,
        into: Callable[[Answer], T],
        *,
        seconds: float,
        proves: Callable[[int, str], bool] = said_by_the_shop,
    ) -> T:
        """POST, PUT or DELETE once and translate. ``proves(status, code)``: that error means nothing done.

        Raises Refused when WordPress itself said no, Unreachable when nothing was sent, OutcomeUnknown on
        everything else: pages, proxies' errors, redirects, broken or unreadable answers.
        """
        send = getattr(self.api, method.lower())
        answer: Answer = send(endpoint, **({} if data is None else {"data": data}), seconds=seconds)
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            raise _write_error(answer, proves)
        try:
            return into(answer)
        except Unreadable as e:
            raise OutcomeUnknown(f"the shop's answer cannot be read: {e}", code="unreadable") from e

    def _read_once(self, endpoint: str, into: Callable[[Answer], T], params: Params) -> T:
        answer: Answer = self.api.get(endpoint, params=params, seconds=self.timeout)
        if answer.status != HTTPStatus.OK:
            raise _read_error(answer)
        try:
            return into(answer)
        except Unreadable as e:
            raise Unreachable(f"the shop's answer cannot be read: {e}", code="unreadable") from e

    def _wait(self, e: GatewayError) -> float:
        # Jitter spreads the workers of one desk, nothing depends on it being unpredictable.
        own = self.pause * random.uniform(0.5, 1.5)  # noqa: S311
        return max(own, e.retry_after or 0.0)


def _twice(text: Any) -> str:
    return quote(unquote(str(text)), safe="").replace("%", "%25")


def _unique(params: Params) -> Params:
    return {**params, "_": time.time_ns()}


def _read_error(answer: Answer) -> GatewayError:
    if redirect := _redirect(answer):
        return Refused(redirect, code="redirected")
    error = shop_error(answer)
    server_fault = answer.status >= 500 and not (error and error.code.startswith("woocommerce_rest_"))
    if error and answer.status not in BUSY and not server_fault:
        return Refused(error.message, code=error.code)
    return Unreachable(_said(answer), code=f"http_{answer.status}", retry_after=_pause_asked(answer))


def _write_error(answer: Answer, proves: Callable[[int, str], bool]) -> GatewayError:
    if redirect := _redirect(answer):
        return OutcomeUnknown(redirect, code="redirected")
    error = shop_error(answer)
    if error and answer.status not in BUSY and proves(answer.status, error.code):
        return Refused(error.message, code=error.code)
    code = error.code if error else f"http_{answer.status}"
    return OutcomeUnknown(_said(answer), code=code, retry_after=_pause_asked(answer))


def _redirect(answer: Answer) -> str:
    if not 300 <= answer.status < 400:
        return ""
    there = answer.headers.get("location", "nowhere").split("?")[0][:200]
    return f"the shop's address is not the one configured: HTTP {answer.status} to {there}"


def _said(answer: Answer) -> str:
    error = shop_error(answer)
    if error:
        return f"HTTP {answer.status} {error.code}: {error.message}"[:500]
    try:
        read_json(answer)
    except Unreadable as e:
        return str(e)
    return f"HTTP {answer.status} in a form WooCommerce does not use"


def _pause_asked(answer: Answer) -> float | None:
    return retry_after(answer.headers, datetime.now(UTC))
