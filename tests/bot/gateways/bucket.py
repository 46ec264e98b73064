"""A bucket as S3 keeps one, over HTTP: it checks each signature by its own arithmetic and forgets nothing."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qsl, quote
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEY, SECRET, REGION = "AKIAEXAMPLE", "secret/with+signs", "eu-west-3"


@dataclass
class Bucket:
    """``page`` is how many names one list holds, ``answer`` is what it says instead of doing anything."""

    objects: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    written: str = "2020-01-01T00:00:00.000Z"
    page: int = 2
    answer: tuple[int, str] | None = None
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The bucket named photos, in the style of paths."""
        methods = ["GET", "PUT", "DELETE"]
        return Starlette(routes=[Route("/photos/{key:path}", self.take, methods=methods)])

    async def take(self, request: Request) -> Response:
        """One request."""
        body = await request.body()
        self.asked.append(request.method)
        if self.answer is not None:
            return trouble(*self.answer)
        if not is_signed(request, body):
            return trouble(403, "SignatureDoesNotMatch")
        key = request.path_params["key"]
        if request.method == "PUT":
            self.objects[key], self.kinds[key] = body, request.headers["content-type"]
            return Response()
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Response(status_code=204)
        if not key:
            return self.list(request)
        if key not in self.objects:
            return trouble(404, "NoSuchKey")
        return Response(self.objects[key], media_type="image/jpeg")

    def list(self, request: Request) -> Response:
        """A page of names, and how to ask for the next."""
        after = request.query_params.get("continuation-token", "")
        names = [name for name in sorted(self.objects) if f"+/={name}" > after or not after]
        shown, rest = names[: self.page], names[self.page :]
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{self.written}</LastModified></Contents>"
            for name in shown
        )
        more = f"<NextContinuationToken>+/={shown[-1]}</NextContinuationToken>" if rest else ""
        return Response(f"<ListBucketResult>{rows}{more}</ListBucketResult>", media_type="application/xml")


def trouble(status: int, code: str) -> Response:
    """What S3 says when it does not."""
    xml = f"<Error><Code>{code}</Code><Message>canary</Message></Error>"
    return Response(xml, status_code=status, media_type="application/xml")


def is_signed(request: Request, body: bytes) -> bool:
    """Whether the signature is that of AWS Signature Version 4, over what really arrived."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return False
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    moment = request.headers["x-amz-date"]
    scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
    digest = sha256(body).hexdigest()
    if parts["Credential"] != f"{KEY}/{scope}" or request.headers["x-amz-content-sha256"] != digest:
        return False
    signed = parts["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            request.method,
            quote(request.url.path),
            query_of(request),
            *(f"{name}:{request.headers[name].strip()}" for name in signed),
            "",
            parts["SignedHeaders"],
            digest,
        ]
    )
    text = "\n".join([scheme, moment, scope, sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET}".encode()
    for part in (moment[:8], REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    must = {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed)
    return must and hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), parts["Signature"])


def query_of(request: Request) -> str:
    """The query in the order and spelling that is signed."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    return "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs))
