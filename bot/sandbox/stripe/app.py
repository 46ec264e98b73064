"""The HTTP service: keys, versions, idempotency and errors around the endpoints, and the pages to pay on."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool

from bot.sandbox.stripe import forms, keys, page
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.checkout import lapse_due
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.idempotency import Saved
from bot.sandbox.stripe.records import Json, new_id
from bot.sandbox.stripe.routes import Call, route
from bot.sandbox.stripe.state import Stripe
from bot.sandbox.stripe.troubles import Planned, Trouble

LARGEST_BODY = 1_000_000


@dataclass(frozen=True)
class Request:
    """One HTTP request, read whole."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request that passed the door: in which mode, for what, under which idempotency key."""

    request: Request
    livemode: bool
    params: Json
    request_id: str
    key: str

    @property
    def scope(self) -> tuple[bool, str]:
        """Keys belong to a mode."""
        return self.livemode, self.key


class StripeApp:
    """The ASGI application over one ``Stripe``."""

    def __init__(self, stripe: Stripe) -> None:
        self.stripe = stripe

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"no {scope['type']} here")
        body = await _read(receive)
        if body is None:
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        request = Request(scope["method"], scope["path"], query, headers, body)
        answer = await run_in_threadpool(self.answer, request)
        head = {"content-length": str(len(answer.body)), **answer.headers}
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in head.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    def answer(self, request: Request) -> Answer:
        """Serve one request: a page to pay on, or the API."""
        if request.path.startswith(page.PREFIX):
            return self._serve_page(request)
        request_id = new_id("req")
        answer = self._serve_api(request, request_id)
        version = request.headers.get("stripe-version", keys.API_VERSION)
        answer.headers |= {"Content-Type": "application/json", "Request-Id": request_id}
        answer.headers |= {"Stripe-Version": version, "Cache-Control": "no-cache, no-store"}
        if key := request.headers.get("idempotency-key"):
            answer.headers["Idempotency-Key"] = key
        return answer

    def _serve_api(self, request: Request, request_id: str) -> Answer:
        try:
            asked = self._admit(request, request_id)
            if request.method == "POST" and asked.key:
                return self._once(asked)
            return self._attempt(asked)[0]
        except StripeError as refusal:
            return _refused(refusal)

    def _admit(self, request: Request, request_id: str) -> Asked:
        livemode = keys.check(self.stripe.keys, self.stripe.read_only_keys, request.method, request.headers)
        keys.check_version(request.headers.get("stripe-version"))
        encoded = request.body if request.method == "POST" else request.query
        key = request.headers.get("idempotency-key", "")
        return Asked(request, livemode, forms.parse(encoded), request_id, key)

    def _once(self, asked: Asked) -> Answer:
        account = self.stripe.account
        claim = Saved(asked.request.path, asked.params, account.clock(), asked.request_id)
        saved = account.keys.claim(asked.scope, claim)
        if saved:
            return _replayed(saved)
        answer, kept = Answer(500, b""), False
        try:
            answer, kept = self._attempt(asked)
        finally:
            if kept:
                account.keys.keep(asked.scope, answer.status, answer.body)
            else:
                account.keys.release(asked.scope)
        return answer

    def _attempt(self, asked: Asked) -> tuple[Answer, bool]:
        """The answer, and whether an idempotency key is to keep it."""
        planned = self.stripe.account.troubles.take(asked.request.method, asked.request.path)
        if planned:
            return self._in_trouble(asked, planned)
        try:
            return self._execute(asked), True
        except StripeError as refusal:
            return _refused(refusal), refusal.kept

    def _in_trouble(self, asked: Asked, planned: Planned) -> tuple[Answer, bool]:
        if planned.trouble is Trouble.BUSY:
            text = "Too many requests hit the API too quickly."
            return _refused(StripeError(429, text, code="rate_limit", kept=False)), False
        if planned.trouble is Trouble.SLOW:
            time.sleep(planned.seconds)
        if planned.trouble is not Trouble.ERROR_BEFORE:
            answer = self._execute(asked)
            if planned.trouble is Trouble.SLOW:
                return answer, True
        failure = _refused(StripeError(500, "Something went wrong on our end.", kind="api_error"))
        # Under a key a repetition only gets the same 500 again, so Stripe tells clients not to bother.
        failure.headers["Stripe-Should-Retry"] = "false" if asked.key else "true"
        return failure, True

    def _execute(self, asked: Asked) -> Answer:
        request, account = asked.request, self.stripe.account
        work, reference = route(request.method, request.path)
        params, base_url = forms.Params(asked.params), self._base_url(request)
        with account.lock:
            lapse_due(account)
            account.request = {"id": asked.request_id, "idempotency_key": asked.key or None}
            try:
                call = Call(account, asked.livemode, params, request.path, base_url, reference)
                return Answer(200, json.dumps(work(call), indent=2).encode())
            finally:
                account.request = {"id": None, "idempotency_key": None}

    def _base_url(self, request: Request) -> str:
        return self.stripe.public_url or f"http://{request.headers.get('host', 'localhost')}"

    def _serve_page(self, request: Request) -> Answer:
        account = self.stripe.account
        with account.lock:
            lapse_due(account)
            return _page(account, request)


def create_app(stripe: Stripe) -> StripeApp:
    """The ASGI application that serves this account."""
    return StripeApp(stripe)


def _page(account: Account, request: Request) -> Answer:
    language = request.headers.get("accept-language", "")
    form = forms.parse(request.body) if request.method == "POST" else None
    shown = page.serve(account, request.path, form, language)
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    if shown.location:
        headers["Location"] = shown.location
    return Answer(shown.status, shown.html.encode(), headers)


def _refused(refusal: StripeError) -> Answer:
    answer = Answer(refusal.status, json.dumps(refusal.body(), indent=2).encode())
    if refusal.status == 409:
        answer.headers["Stripe-Should-Retry"] = "true"
    return answer


def _replayed(saved: Saved) -> Answer:
    headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request_id}
    if saved.status >= 500:
        headers["Stripe-Should-Retry"] = "false"
    return Answer(saved.status, saved.body, headers)


async def _read(receive: Any) -> str | None:
    """The whole body; None when the line broke before its end, and then nothing is done."""
    chunks, more, size = [], True, 0
    while more and size < LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        more = message.get("more_body", False)
    return b"".join(chunks).decode("utf-8", "replace")
