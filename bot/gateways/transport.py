"""Sessions and bodies: how bytes go to the shop and come back, with limits. Knows nothing of WooCommerce."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from bot.errors import OutcomeUnknown, Unreachable

CONNECT_SECONDS = 5.0
LARGEST_BODY = 16 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: nothing in it is checked yet. Header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One signed request, ready to be sent once."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Any] | None = None
    body: bytes | None = None
    auth: AuthBase | None = None


class _Plain(HTTPConnection):
    def connect(self) -> None:
        """Connect; whatever goes wrong in here goes wrong before the first byte of a request."""
        try:
            super().connect()
        except (HTTPError, OSError) as e:
            raise NewConnectionError(self, str(e)) from e


class _Secure(HTTPSConnection):
    def connect(self) -> None:
        """Connect and shake hands; a certificate that does not fit also ends before the first byte."""
        try:
            super().connect()
        except (HTTPError, OSError) as e:
            raise NewConnectionError(self, str(e)) from e


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools whose connections tell "never connected" from "lost later"."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def open_adapter() -> BaseAdapter:
    """What carries a session's requests over the network."""
    return _Adapter(pool_maxsize=4, max_retries=0)


class Transport:
    """Sends letters, each exactly once: no retry, no redirect, nothing from the environment.

    Reads share a kept session per thread. Writes get a fresh connection each: a kept one may have been
    closed by the shop a moment ago, and a write lost that way would be in doubt for nothing.
    ``adapter`` makes what carries the requests, another one only where the shop is no network away.
    ``peer`` is what errors call the other end.
    """

    def __init__(
        self,
        *,
        ca_bundle: str = "",
        adapter: Callable[[], BaseAdapter] = open_adapter,
        peer: str = "the shop",
    ) -> None:
        self._verify: bool | str = ca_bundle or True
        self._adapter = adapter
        self._peer = peer
        self._local = threading.local()

    def send(self, letter: Letter, *, seconds: float) -> Answer:
        """Send and read the whole answer within ``seconds`` of silence and twice that in all.

        Raises Unreachable when no connection came about, OutcomeUnknown when it broke, lasted too long
        or answered more than LARGEST_BODY bytes.
        """
        if letter.method == "GET":
            return self._send(self._kept(), letter, seconds)
        with self._session() as session:
            return self._send(session, letter, seconds)

    def _send(self, session: requests.Session, letter: Letter, seconds: float) -> Answer:
        until = time.monotonic() + 2 * seconds
        try:
            with session.request(
                letter.method,
                letter.url,
                params=letter.params,
                data=letter.body,
                headers=dict(letter.headers),
                auth=letter.auth,
                timeout=(CONNECT_SECONDS, seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, _body(response, until, self._peer))
        except requests.RequestException as e:
            if _never_sent(e):
                raise Unreachable(f"no connection to {self._peer}: {_cause(e)}") from e
            raise OutcomeUnknown(f"the connection to {self._peer} broke: {_cause(e)}", code="broken") from e
        except (HTTPError, HTTPException, OSError) as e:
            raise OutcomeUnknown(
                f"the answer of {self._peer} broke off: {type(e).__name__}", code="broken"
            ) from e

    def _kept(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._session()
        return session

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = self._verify
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            session.mount(scheme, self._adapter())
        return session

    def close(self) -> None:
        """Close this thread's kept connections."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None:
            session.close()


def _body(response: requests.Response, until: float, peer: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := response.raw.read1(CHUNK, decode_content=True):
        size += len(part)
        if size > LARGEST_BODY:
            raise OutcomeUnknown(
                f"the answer of {peer} is larger than {LARGEST_BODY} bytes", code="too_large"
            )
        if time.monotonic() > until:
            raise OutcomeUnknown(f"the answer of {peer} does not come to an end", code="too_slow")
        parts.append(part)
    return b"".join(parts)


def _never_sent(e: requests.RequestException) -> bool:
    wrapped = e.args[0] if e.args else None
    if isinstance(e, requests.ConnectionError) and isinstance(wrapped, MaxRetryError):
        return isinstance(wrapped.reason, ConnectTimeoutError)
    return isinstance(e, ValueError)


def _cause(e: BaseException) -> str:
    """The deepest cause in words. Outer messages quote the signed address: not for logs."""
    reason = getattr(e.args[0], "reason", None) if e.args else None
    deeper = e.__cause__ or (reason if isinstance(reason, BaseException) else None) or e.__context__
    if deeper is not None:
        return _cause(deeper)
    return f"{type(e).__name__}: {e}" if isinstance(e, OSError) and e.errno else type(e).__name__
