"""The sandbox's clock: the machine's own, and for a while an earlier moment, so that a story can be told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """Call it for the present moment of the sandbox in UTC."""

    def __init__(self) -> None:
        self.behind = timedelta(0)

    def __call__(self) -> datetime:
        """Now, or as long ago as ``ago`` says."""
        return datetime.now(UTC) - self.behind

    @contextmanager
    def ago(self, **span: float) -> Iterator[datetime]:
        """Let everything inside happen earlier: ``with clock.ago(days=3, hours=2):``."""
        before, self.behind = self.behind, timedelta(**span)
        try:
            yield self()
        finally:
            self.behind = before
