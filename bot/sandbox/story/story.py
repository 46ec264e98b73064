"""What a story is made of: requests for returns and what people do about them, as plain data."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """Units of one line of an order to send back."""

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
    """A customer asks for a return. ``key`` names it in the story; ``days`` is how long ago it was noticed.

    ``by_staff`` marks one that the intake must refuse and only the team can open, such as a late one.
    """

    key: str
    order: int
    email: str
    wish: str
    items: tuple[Item, ...]
    replacement: Replacement | None = None
    language: str = ""
    days: float = 0
    tracking: str = ""
    by_staff: bool = False

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
    """What somebody does afterwards. ``what`` is "command", "shop_refund", "cancel", "dispute" or "card".

    ``text`` is the command's text, an amount, or the word of a card's button; ``key`` names the request or,
    with ``order``, the order it is about.
    """

    who: str
    what: str
    text: str = ""
    key: str = ""
    order: int = 0


@dataclass
class Story:
    """The told story: what there is to ask for and to do next."""

    requests: list[Request] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return {"orders": self.orders}
