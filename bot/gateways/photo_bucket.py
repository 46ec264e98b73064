"""Photos in a bucket of S3, or of anything that speaks its language. Knows names and bytes, no order."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any, NoReturn

from requests_aws4auth import AWS4Auth

from bot.errors import GatewayError, Refused, Unreachable
from bot.gateways.photo_store import ENDING, GONE, NAME, checked
from bot.gateways.transport import Answer, Letter, Transport

SECONDS = 10.0  # of silence; nobody looks at an empty page for longer
MOST_PAGES = 10_000  # of a thousand names each
OBJECT = re.compile(r"<Contents>(.*?)</Contents>", re.DOTALL)


@dataclass(frozen=True)
class PhotoBucket:
    """Private objects in one bucket. ``address`` is that of the bucket itself, without a slash at the end.

    No access list is sent along: where a bucket knows none, it refuses objects that name one, and objects are
    private without.
    """

    address: str
    key: str
    secret: str = field(repr=False)
    region: str
    transport: Transport = field(default_factory=lambda: Transport(peer="the bucket of photos"))

    def put(self, name: str, data: bytes) -> None:
        """Put the same bytes again where it is in doubt whether they arrived."""
        answer = self._send("PUT", _path(name), data)
        if answer.status not in (200, 201, 204):
            _refuse(answer)

    def get(self, name: str) -> bytes:
        """The object's bytes."""
        answer = self._send("GET", _path(name))
        if answer.status != 200:
            _refuse(answer)
        return answer.body

    def delete(self, name: str) -> None:
        """S3 answers 204 whether or not there was such an object; others answer 404."""
        answer = self._send("DELETE", _path(name))
        if answer.status not in (200, 202, 204) and not _is_gone(answer):
            _refuse(answer)

    def names(self, before: datetime) -> Collection[str]:
        """The objects last put before this moment that have a name of ours."""
        return [name for page in self._pages() for name in _names(page, before)]

    def _pages(self) -> Iterator[str]:
        more: Mapping[str, str] = {}
        for _ in range(MOST_PAGES):
            answer = self._send("GET", "", None, {"list-type": "2", **more})
            if answer.status != 200:
                _refuse(answer)
            page = answer.body.decode("utf-8", "replace")
            yield page
            token = _value("NextContinuationToken", page)
            if not token:
                return
            more = {"continuation-token": token}

    def _send(
        self, method: str, path: str, data: bytes | None = None, params: Mapping[str, Any] | None = None
    ) -> Answer:
        """Signed anew each time. Whatever goes wrong, doing it again does no harm, so nothing is in doubt."""
        auth = AWS4Auth(self.key, self.secret, self.region, "s3")
        headers = {"content-type": "image/jpeg"} if data is not None else {}
        letter = Letter(method, f"{self.address}/{path}", headers, params=params, body=data, auth=auth)
        try:
            return self.transport.send(letter, seconds=SECONDS)
        except GatewayError as e:
            raise Unreachable(e.detail, code=e.code) from e


def _path(name: str) -> str:
    return f"{checked(name)}{ENDING}"


def _is_gone(answer: Answer) -> bool:
    """A bucket that is not there is no photo that is not there."""
    return answer.status == 404 and _code(answer) != "NoSuchBucket"


def _refuse(answer: Answer) -> NoReturn:
    said = f"the bucket of photos answers {answer.status} {_code(answer)}".rstrip()
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(said)
    raise Refused(said, code=GONE if _is_gone(answer) else _code(answer))


def _code(answer: Answer) -> str:
    """S3's own word for what is wrong; nothing else of the answer is repeated."""
    found = re.search(rb"<Code>(\w{1,60})</Code>", answer.body[:10_000])
    return found[1].decode() if found else ""


def _names(page: str, before: datetime) -> Iterator[str]:
    for one in OBJECT.findall(page):
        name = _value("Key", one).removesuffix(ENDING)
        if NAME.fullmatch(name) and datetime.fromisoformat(_value("LastModified", one)) < before:
            yield name


def _value(tag: str, xml: str) -> str:
    found = re.search(rf"<{tag}>([^<]*)</{tag}>", xml)
    return unescape(found[1]) if found else ""
