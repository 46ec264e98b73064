"""The list of returns for programs: the language of searches, page by page, without a customer's name."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from bot.desk import Desk, lists
from bot.errors import InvalidInput
from bot.i18n import Words
from bot.rules.listing import Line, Page
from handlers.answers import ERRORS, Strict, problem
from handlers.bodies import body_of
from handlers.signing import signed_for_intake
from store.terms import ReturnStatus, Wish

Body = Annotated[bytes, Depends(body_of)]
MOST = 100  # returns on one page


class SearchIn(Strict):
    """What is looked for, in the words that people type after /returns. ``cursor`` is of an answer before."""

    search: str = Field(default="", max_length=lists.LONGEST, examples=["pending exchange >50"])
    cursor: str = Field(default="", max_length=40)
    size: int = Field(default=lists.SIZE, ge=1, le=MOST)


class AmountOut(BaseModel):
    """A decimal as text, and the ISO 4217 code of its currency."""

    amount: str = Field(examples=["66.00"])
    currency: str = Field(examples=["EUR"])


class LineOut(BaseModel):
    """One return. ``card`` is the address of its card in Slack, "" while it has none."""

    number: str = Field(examples=["RMA-1042"])
    order: str = Field(examples=["5567"])
    status: ReturnStatus
    wish: Wish
    about: AmountOut
    opened_at: datetime
    received_at: datetime | None
    card: str


class PageOut(BaseModel):
    """A page. Where ``count_is_exact`` is false there are more than ``count``; a cursor is "" for no page."""

    returns: list[LineOut]
    count: int
    count_is_exact: bool
    first: int
    newer: str
    older: str


def create_router(desk: Desk) -> APIRouter:
    """The route that finds."""
    router = APIRouter(prefix="/api/v1")

    @router.post(
        "/returns/search",
        response_model=PageOut,
        responses={status: ERRORS[status] for status in (401, 413, 422, 503)},
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": SearchIn.model_json_schema()}},
            }
        },
        summary="Find returns",
    )
    def find_returns(
        body: Body,
        x_returns_signature: Annotated[str, Header(description="t=<unix seconds>,v1=<hex HMAC-SHA256>")] = "",
    ) -> Response:
        """Find returns, newest first. Sign "<t>.<body>" with the intake secret. Nothing is changed."""
        secret = desk.settings.intake_secret.get_secret_value()
        if not signed_for_intake(body, x_returns_signature, secret, desk.now()):
            return problem(401, "not_signed", "The signature is missing, wrong, or too old.")
        return _answer(desk, body)

    return router


def _answer(desk: Desk, body: bytes) -> Response:
    try:
        asked = SearchIn.model_validate_json(body)
        page = lists.page(desk, asked.search, "", asked.cursor, asked.size)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        return problem(422, "invalid", first["msg"], ".".join(str(part) for part in first["loc"]))
    except InvalidInput as e:
        return problem(422, "InvalidInput", Words("en")(e.message, **e.values), "search")
    return JSONResponse(_page(page).model_dump(mode="json"))


def _page(page: Page) -> PageOut:
    return PageOut(
        returns=[_line(line) for line in page.lines],
        count=page.count.number,
        count_is_exact=page.count.is_exact,
        first=page.first,
        newer=page.newer,
        older=page.older,
    )


def _line(line: Line) -> LineOut:
    amount: dict[str, Any] = {"amount": str(line.amount.decimal), "currency": line.amount.currency}
    return LineOut(
        number=line.number,
        order=line.order_number,
        status=line.status,
        wish=line.wish,
        about=AmountOut(**amount),
        opened_at=line.opened_at,
        received_at=line.received_at,
        card=line.card_url,
    )
