"""An answer in Stripe's error shape, raised wherever a request cannot be served; knows no HTTP server."""

from typing import Any


class StripeError(Exception):
    """A refusal: HTTP status, type, code and parameter as Stripe names them.

    ``kept`` says whether an idempotency key remembers it: Stripe keeps what an endpoint answered once it
    began to work, and forgets failed validation and rate limits.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        kept: bool = True,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind = status, message, kind
        self.code, self.param, self.kept = code, param, kept

    def body(self) -> dict[str, Any]:
        """The JSON body Stripe would send."""
        error = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {"code": self.code, "doc_url": f"https://docs.stripe.com/error-codes#{self.code}"}
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeError:
    """A parameter that fails validation: 400, and no idempotency key remembers it."""
    return StripeError(400, message, code=code, param=param, kept=False)


def missing(kind: str, reference: str, *, param: str, status: int = 404, hint: str = "") -> StripeError:
    """An object that does not exist, or not in the mode of the key that asked."""
    return StripeError(status, f"No such {kind}: '{reference}'{hint}", code="resource_missing", param=param)
