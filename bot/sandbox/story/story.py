"""What a story is made of: requests for returns and what people do about them, as plain data."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """Units of one line of an order to send back; ``line`` is the id of the shop's line item."""

    line: int
    quantity: int
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Replacement:
    """What the customer wants instead; amounts are decimals as text."""

    name: str
    sku: str
    quantity: int = 1
    price: str = ""
    difference: str = ""


@dataclass(frozen=True)
class Request:
    """A customer asks for a return. ``key`` names it in the story, ``days`` is how long ago that was."""

    key: str
    order: int
    email: str
    wish: str
    items: tuple[Item, ...]
    replacement: Replacement | None = None
    language: str = ""
    days: float = 0
    tracking: str = ""

    def as_json(self) -> dict[str, Any]:
        """The request as an intake reads it; the caller adds the moment it was noticed."""
        body: dict[str, Any] = {
            "request_id": f"story-{self.key}",
            "order": str(self.order),
            "email": self.email,
            "wish": self.wish,
            "items": [vars(item) for item in self.items],
        }
        if self.replacement:
            wanted = vars(self.replacement)
            body["replacement"] = {name: value for name, value in wanted.items() if value != ""}
        if self.language:
            body["language"] = self.language
        if self.tracking:
            body["tracking_number"] = self.tracking
        return body


@dataclass(frozen=True)
class Act:
    """What somebody does. ``key`` names the order and, where there is one, the request it is about.

    ``what`` is "command" (``text`` follows the command's name), "say" (``text`` in #returns), "take",
    "receive", "settle" (the refund box as it opens), "reject" and "ask" (``text`` is what the customer
    reads), or, in the shop, "refund" (``text`` is an amount), "cancel", "dispute".
    """

    who: str
    what: str
    key: str = ""
    text: str = ""


Step = Request | Act


@dataclass
class Story:
    """The told story. ``steps`` is what happens next, in order; ``orders`` finds the orders by their keys."""

    steps: list[Step] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> list[Request]:
        """The requests among the steps."""
        return [step for step in self.steps if isinstance(step, Request)]

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return {"orders": self.orders}
