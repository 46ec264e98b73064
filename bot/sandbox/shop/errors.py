"""The refusals of the REST interface in their exact shapes. Knows no resource."""

from typing import Any

CRITICAL = (
    "<p>There has been a critical error on this website.</p><p><a href="
    '"https://wordpress.org/documentation/article/faq-troubleshooting/">Learn more about troubleshooting '
    "WordPress.</a></p>"
)


class ShopError(Exception):
    """An answer that refuses. ``data`` is usually ``{"status": n}``, but a bare number for refunds."""

    def __init__(self, status: int, code: str, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.body = {"code": code, "message": message, "data": {"status": status} if data is None else data}


class PhpDied(Exception):
    """The PHP process ended in the middle: a fatal error answers 500, ``exit`` an empty 200."""

    def __init__(self, *, quietly: bool = False) -> None:
        super().__init__("the PHP process ended")
        self.quietly = quietly


def no_route() -> ShopError:
    """An unknown path, or a known path with another method."""
    message = "No route was found matching the URL and request method."
    return ShopError(404, "rest_no_route", message)


def invalid_id(resource: str, status: int = 404) -> ShopError:
    """An id that does not exist; PUT answers 400 where GET answers 404."""
    return ShopError(status, f"woocommerce_rest_{resource}_invalid_id", "Invalid ID.")


def invalid_param(name: str, code: str, message: str, data: Any = None) -> ShopError:
    """A parameter the schema refuses."""
    details = {name: {"code": code, "message": message, "data": data}}
    body = {"status": 400, "params": {name: message}, "details": details}
    return ShopError(400, "rest_invalid_param", f"Invalid parameter(s): {name}", body)


def wrong_type(name: str, kind: str) -> ShopError:
    """A parameter of another JSON type."""
    return invalid_param(name, "rest_invalid_type", f"{name} is not of type {kind}.", {"param": name})


def not_in(name: str, choices: tuple[str, ...], label: str = "") -> ShopError:
    """A parameter outside its list of values."""
    words = f"{', '.join(choices[:-1])}, and {choices[-1]}"
    return invalid_param(name, "rest_not_in_enum", f"{label or name} is not one of {words}.")


def missing_param(name: str) -> ShopError:
    """A required parameter left out."""
    body = {"status": 400, "params": [name]}
    return ShopError(400, "rest_missing_callback_param", f"Missing parameter(s): {name}", body)


def fatal_body() -> dict[str, Any]:
    """What WordPress answers when PHP died of an error."""
    error = {
        "type": 1,
        "message": "Uncaught Error: Call to undefined function",
        "file": "plugin.php",
        "line": 25,
    }
    return {
        "code": "internal_server_error",
        "message": CRITICAL,
        "data": {"status": 500, "error": error},
        "additional_errors": [],
    }
