"""The JSON intake: any other plugin or help desk opens returns here, signed, and repeats without harm."""

import hashlib
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from bot.desk import Desk
from bot.desk.eligibility import window_for
from bot.desk.exchange_prices import Pick, wish_for
from bot.desk.intake import NewReturn, Opened, WantedItem, open_return
from bot.desk.orders import read_order
from bot.errors import DeskError, GatewayError, InvalidInput, NotFound
from bot.i18n import Words
from bot.rules.amounts import parse_amount
from bot.rules.case import ExchangeWish
from bot.rules.choice import Problem
from bot.rules.label import read_label_cost
from bot.rules.order import OrderSnapshot
from handlers.answers import ERRORS, Strict, problem
from handlers.bodies import body_of
from handlers.signing import signed_for_intake
from store.money import Money
from store.terms import Reason, Source, Wish

Body = Annotated[bytes, Depends(body_of)]
Text = Annotated[str, Field(max_length=2000)]
Short = Annotated[str, Field(max_length=200)]

READERS = 8  # requests that may wait for the shop at a time; the other threads of the doors are Slack's


class ArticleIn(Strict):
    """An article of the shop that goes out for units that come back, by its ids in WooCommerce.

    ``quantity`` is how many go out; as many as come back where it is left out.
    """

    product: int = Field(gt=0, examples=[21])
    variation: int = Field(default=0, ge=0, examples=[23])
    quantity: int | None = Field(default=None, gt=0, le=10_000)


class ItemIn(Strict):
    """Units of one line of the order. ``line`` is the id of the order's line item in WooCommerce.

    With the wish "exchange", ``replacement`` says what the customer wants for them.
    """

    line: int = Field(gt=0, examples=[13])
    quantity: int = Field(gt=0, le=10_000, examples=[2])
    reason: Reason = Reason.OTHER
    note: Text = ""
    replacement: ArticleIn | None = None


class ReplacementIn(Strict):
    """What the customer wants instead, in words, where its ids in the shop are not known.

    Amounts are decimals as text, in the order's currency.
    """

    name: Short
    sku: Annotated[str, Field(max_length=100)] = ""
    quantity: int = Field(default=1, gt=0, le=10_000)
    price: str | None = Field(default=None, max_length=20, examples=["80.00"])
    difference: str | None = Field(default=None, max_length=20, examples=["30.00"])


class ReturnIn(Strict):
    """A request for a return. ``request_id`` is yours: the same one twice makes one return."""

    request_id: Short = Field(min_length=1, examples=["form-2026-11-23-0017"])
    order: str = Field(
        min_length=1, max_length=64, examples=["5567"], description="The order's number or id."
    )
    email: str = Field(max_length=320, description="Must be the billing e-mail of the order.")
    wish: Wish = Wish.REFUND
    items: list[ItemIn] = Field(min_length=1, max_length=200)
    replacement: ReplacementIn | None = None
    language: str = Field(default="", max_length=8, examples=["fr"])
    tracking_number: str = Field(default="", max_length=100)
    label_cost: str | None = Field(
        default=None,
        max_length=20,
        examples=["4.90"],
        description="What the label costs, in the order's currency; left out: as in the desk's settings.",
    )
    label_link: str = Field(
        default="",
        max_length=500,
        examples=["https://labels.example/6A12345678901.pdf"],
        description="Where the customer prints the label; https. They see the link and its host.",
    )
    noticed_at: AwareDatetime | None = None


class ReturnOut(BaseModel):
    """The return that was opened, or that an earlier copy of the request had opened."""

    number: str = Field(examples=["RMA-1042"])
    new: bool


def create_router(desk: Desk) -> APIRouter:
    """The routes below /api/v1."""
    router = APIRouter(prefix="/api/v1")
    readers = BoundedSemaphore(READERS)

    @router.post(
        "/returns",
        status_code=201,
        response_model=ReturnOut,
        responses={200: {"model": ReturnOut, "description": "Opened before."}, **ERRORS},
        openapi_extra={"requestBody": _request_body()},
        summary="Open a return",
    )
    def open_a_return(
        body: Body,
        x_returns_signature: Annotated[str, Header(description="t=<unix seconds>,v1=<hex HMAC-SHA256>")] = "",
    ) -> Response:
        """Open a return on an order of the shop. Sign "<t>.<body>" with the intake secret."""
        return _open(desk, body, x_returns_signature, readers)

    return router


def _open(desk: Desk, body: bytes, signature: str, readers: BoundedSemaphore) -> Response:
    secret = desk.settings.intake_secret.get_secret_value()
    if not signed_for_intake(body, signature, secret, desk.now()):
        return problem(401, "not_signed", "The signature is missing, wrong, or too old.")
    if not readers.acquire(blocking=False):
        return _later("busy", "Too many requests wait for the shop. Send the same request again.")
    try:
        return _answer(desk, body)
    finally:
        readers.release()


def _answer(desk: Desk, body: bytes) -> Response:
    try:
        request = ReturnIn.model_validate_json(body)
        opened = _take(desk, request)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        return problem(422, "invalid", first["msg"], ".".join(str(part) for part in first["loc"]))
    except DeskError as e:
        return _refusal(e)
    except GatewayError:
        return _later("shop_unreachable", "The shop does not answer. Send the same request again.")
    return JSONResponse({"number": opened.number, "new": opened.new}, status_code=201 if opened.new else 200)


def _take(desk: Desk, request: ReturnIn) -> Opened:
    order = read_order(desk, request.order)
    if order.buyer.email.lower() != request.email.lower():
        raise NotFound("There is no order {number} with this e-mail.", number=request.order)
    judged = window_for(desk, order, {item.line: item.reason for item in request.items})
    return open_return(desk, replace(_new_return(desk, request, order), judged=judged))


def _new_return(desk: Desk, request: ReturnIn, order: OrderSnapshot) -> NewReturn:
    label = request.label_cost
    return NewReturn(
        order_id=order.order_id,
        source=Source.INTAKE,
        key=request.request_id,
        wish=request.wish,
        items=tuple(WantedItem(i.line, i.quantity, i.reason, i.note) for i in request.items),
        exchange=_exchange(desk, request, order),
        language=request.language,
        label_cost=read_label_cost(label, order.currency) if label else None,
        label_link=request.label_link,
        noticed_at=request.noticed_at,
        tracking_number=request.tracking_number,
        digest=_digest(request),
    )


def _digest(request: ReturnIn) -> str:
    """What tells requests apart; a request of before there were links of labels is still the same."""
    said = request.model_dump_json(exclude=None if request.label_link else {"label_link"})
    return hashlib.sha256(said.encode()).hexdigest()


def _exchange(desk: Desk, request: ReturnIn, order: OrderSnapshot) -> ExchangeWish | None:
    wanted, currency = request.replacement, order.currency
    if request.wish is not Wish.EXCHANGE:
        return None
    picks = tuple(
        Pick(item.line, item.quantity, one.product, one.variation, one.quantity or item.quantity)
        for item in request.items
        if (one := item.replacement) is not None
    )
    if picks:
        return wish_for(desk, order, picks)
    if wanted is None:
        raise InvalidInput("Say what the customer wants instead.", field="replacement")
    price, difference = (
        _money(text, currency, f"replacement.{name}") if text else None
        for name, text in (("price", wanted.price), ("difference", wanted.difference))
    )
    return ExchangeWish(wanted.name, wanted.sku, quantity=wanted.quantity, price=price, difference=difference)


def _money(text: str, currency: str, field: str) -> Money:
    amount = parse_amount(text, currency)
    if isinstance(amount, Problem):
        raise InvalidInput(amount.message, field=field, **amount.values)
    return amount


def _refusal(error: DeskError) -> JSONResponse:
    status = {NotFound: 404, InvalidInput: 422}.get(type(error), 409)
    words = Words("en")
    code = type(error).__name__
    return problem(status, code, words(error.message, **error.values), error.field or "")


def _later(code: str, message: str) -> JSONResponse:
    answer = problem(503, code, message)
    answer.headers["retry-after"] = "30"
    return answer


def _request_body() -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": ReturnIn.model_json_schema()}}}
