"""What the JSON doors ask and answer alike: strict bodies, and problems with a code and a sentence."""

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Unknown fields are refused by name: a mistyped one would otherwise be ignored in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ProblemOut(BaseModel):
    """What is wrong: ``code`` for programs, ``message`` for people, ``field`` where it is about one."""

    code: str
    message: str
    field: str = ""


class ErrorOut(BaseModel):
    """The answer to a request that changed nothing."""

    error: ProblemOut


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorOut, "description": description}
    for status, description in (
        (401, "The signature is missing, wrong, or older than five minutes."),
        (404, "There is no such order, or the e-mail is not the order's."),
        (409, "A rule forbids it now, or the request id was used for another request."),
        (413, "The request is larger than a megabyte."),
        (422, "A field cannot be used; ``field`` names it."),
        (503, "The shop does not answer, or the desk cannot take it now. Send the same request again later."),
    )
}


def problem(status: int, code: str, message: str, field: str = "") -> JSONResponse:
    """The answer to a request that changed nothing."""
    return JSONResponse({"error": {"code": code, "message": message, "field": field}}, status_code=status)
