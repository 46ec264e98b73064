"""Bytes to Slack and back, where its Web API ends: only to Slack's own addresses, never along a redirect."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from bot.config import Settings
from bot.errors import Refused, Unreachable

FILES = "files.slack.com"
CONNECT_SECONDS, SILENT_SECONDS, WHOLE_SECONDS = 5.0, 15.0, 60.0
CHUNK = 64 * 1024
ELSEWHERE, WITHHELD, DELETED, TOO_LARGE = "elsewhere", "withheld", "file_deleted", "too_large"
AGAIN = 10.0  # seconds
BUSY = (408, 425, 429)
GONE = (404, 410)


def is_slacks(address: str, settings: Settings) -> bool:
    """Whether an address Slack named is on its host of files, or where its Web API is: nowhere else may the
    desk be sent, and least of all with its token.
    """
    try:
        parts, api = urlsplit(address), urlsplit(settings.slack_api_url)
    except ValueError:
        return False
    if any(ord(character) <= 32 or character == "\\" for character in address):
        return False
    return (parts.scheme, parts.netloc) in (("https", FILES), (api.scheme, api.netloc))


def upload(address: str, data: bytes, settings: Settings) -> None:
    """Bring the bytes to a place Slack promised. Nobody sees them there, so it may be done again.

    Raises Unreachable, or Refused where Slack names a place that is not its own.
    """
    with _asked("POST", address, settings, {"Content-Type": "application/octet-stream"}, data) as answer:
        if answer.status_code != 200:
            raise Unreachable(f"Slack took no upload: HTTP {answer.status_code}", retry_after=AGAIN)


def download(address: str, settings: Settings, limit: int) -> bytes:
    """The bytes of a private file, ``limit`` at most.

    Raises Unreachable, or Refused with one of this module's codes. Whom it does not let in, Slack sends to
    a page to sign in, or answers with one.
    """
    token = settings.slack_bot_token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    with _asked("GET", address, settings, headers) as answer:
        _check(answer)
        return _body(answer, limit)


@contextmanager
def _asked(
    method: str, address: str, settings: Settings, headers: dict[str, str], data: bytes | None = None
) -> Iterator[requests.Response]:
    if not is_slacks(address, settings):
        raise Refused("Slack named an address that is not its own", code=ELSEWHERE)
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                method,
                address,
                data=data,
                headers=headers,
                timeout=(CONNECT_SECONDS, SILENT_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                yield answer
    except (requests.RequestException, HTTPError, OSError) as e:
        raise Unreachable(f"Slack's files: {type(e).__name__}", retry_after=AGAIN) from e


def _check(answer: requests.Response) -> None:
    status = answer.status_code
    if status in GONE:
        raise Refused("the file is no longer there", code=DELETED)
    if status in BUSY or status >= 500:
        raise Unreachable(f"Slack's files: HTTP {status}", retry_after=AGAIN)
    if status != 200 or answer.headers.get("Content-Type", "").lower().startswith("text/html"):
        raise Refused(f"Slack did not hand the file over: HTTP {status}", code=WITHHELD)


def _body(answer: requests.Response, limit: int) -> bytes:
    """Counted while it comes: what a header says of its size is only said."""
    until = time.monotonic() + WHOLE_SECONDS
    parts: list[bytes] = []
    size = 0
    while part := answer.raw.read1(CHUNK, decode_content=False):
        size += len(part)
        if size > limit:
            raise Refused("the file is too large", code=TOO_LARGE)
        if time.monotonic() > until:
            raise Unreachable("Slack's file does not come to an end", retry_after=AGAIN)
        parts.append(part)
    _check_whole(answer, size)
    return b"".join(parts)


def _check_whole(answer: requests.Response, size: int) -> None:
    named = answer.headers.get("Content-Length", "")
    if named.isdigit() and int(named) != size:
        raise Unreachable("Slack's file broke off", retry_after=AGAIN)
