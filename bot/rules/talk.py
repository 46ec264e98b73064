"""The conversation with the customer as both sides may see it. Who of the team wrote is not part of it."""

from dataclasses import dataclass
from datetime import datetime

from store.terms import Author


@dataclass(frozen=True)
class TalkLine:
    """One message as it was sent; ``seen_at`` is when the other side had it before them."""

    message_id: int
    author: Author
    text: str
    at: datetime
    photos: tuple[str, ...] = ()
    seen_at: datetime | None = None

    @property
    def from_customer(self) -> bool:
        """Whether the customer wrote it; everything else is the shop's."""
        return self.author is Author.CUSTOMER


@dataclass(frozen=True)
class ChosenFile:
    """A file somebody of the team chose to send: where it can be asked for, and what they call it."""

    file_id: str
    name: str


@dataclass(frozen=True)
class TalkView:
    """A page of the conversation, oldest first; ``has_older`` where there is more before it."""

    lines: tuple[TalkLine, ...] = ()
    has_older: bool = False

    @property
    def newest(self) -> int:
        """The id of the last line, 0 where there is none."""
        return self.lines[-1].message_id if self.lines else 0
