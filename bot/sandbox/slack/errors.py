"""Slack's way of saying no: a name, and sometimes details."""

from typing import Any


class ApiError(Exception):
    """The Web API refuses with Slack's own name for it; ``more`` goes into the answer as it is."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


def described(error: str, problems: list[str]) -> ApiError:
    """A refusal that lists what is wrong, as Slack does for blocks and views."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return ApiError(error, errors=problems, response_metadata={"messages": messages})


def missing(argument: str) -> ApiError:
    """The refusal of a call without a required argument."""
    return described("invalid_arguments", [f"missing required field: {argument}"])
