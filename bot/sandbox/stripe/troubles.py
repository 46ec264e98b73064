"""Bad hours of Stripe itself, behind its idempotency layer, where a 500 is kept and replayed; on request."""

import re
import threading
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What goes wrong. The names say whether the effect took place."""

    ERROR_BEFORE = "error_before"  # nothing happens, a 500 that the idempotency key keeps
    ERROR_AFTER = "error_after"  # the effect happens, and that same 500 is kept
    SLOW = "slow"  # the work begins ``seconds`` later, the key is in use meanwhile
    BUSY = "busy"  # 429 in Stripe's shape, nothing is kept


@dataclass
class Planned:
    """A trouble waiting for its request: method, path pattern, how many times, delay in seconds."""

    trouble: Trouble
    method: str
    path: str
    times: int
    seconds: float

    def fits(self, method: str, path: str) -> bool:
        """Whether this request is the one the trouble waits for."""
        right = self.times > 0 and self.method in ("", method)
        return right and re.search(self.path, path) is not None


class Troubles:
    """The troubles planned for the next requests."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []
        self._lock = threading.Lock()

    def plan(self, planned: Planned) -> None:
        """Let a fitting request meet this trouble."""
        with self._lock:
            self._planned.append(planned)

    def take(self, method: str, path: str) -> Planned | None:
        """The trouble of this request, used up by it."""
        with self._lock:
            planned = next((one for one in self._planned if one.fits(method, path)), None)
            if planned:
                planned.times -= 1
            return planned

    def clear(self) -> None:
        """Forget what was planned."""
        with self._lock:
            self._planned.clear()
