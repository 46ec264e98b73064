"""The rule about sends: none is repeated without proof that the last one did nothing, or a person's word."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.proof.simulation.lab import Lab
from tests.proof.simulation.oracle import OPERATION, Violation
from tests.proof.simulation.wire import Call

QUIET, APART = 15 * 60.0, 60.0  # seconds
# A client that listens for 100 s to a bank that takes 120 s: the least any clock may leave.
LONGEST_EFFECT = 220.0
KEY_LIVES = 24 * 3600.0  # seconds for which Stripe keeps an idempotency key

LOOKED = """
SELECT attempts.id, operations.key, attempts.step FROM attempts JOIN operations
ON operations.id = operation_id
WHERE attempts.id > ? ORDER BY attempts.id
"""
ALLOWED = "SELECT id, details FROM history WHERE verb = 'allowed_again' AND id > ? ORDER BY id"


@dataclass(eq=False)
class Traces:
    """True times of what each operation sent and saw. ``clocks_lie`` once any clock of the run was wrong."""

    lab: Lab
    clocks_lie: bool = False
    sent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    marked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    absent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    allowed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    last_attempt: int = 0
    last_word: int = 0

    def look(self) -> None:
        """Note at what true second the newest intents, looks and consents were committed."""
        now = self.lab.time.seconds
        for number, key, step in self.lab.database.rows(LOOKED, self.last_attempt):
            self.last_attempt = number
            if step == "looked: absent":
                self.absent[key].append(now)
            elif step == "sending":
                self.marked[key].append(now)
        for number, details in self.lab.database.rows(ALLOWED, self.last_word):
            self.last_word = number
            self.allowed[json.loads(details)["reference"]].append(now)

    def send(self, call: Call) -> None:
        """Judge a request that is about to leave. Raises Violation.

        The quiet period runs from the committed intent; a process may have stood still between that and the
        request, so what the request can still do has to be over as well.
        """
        if not call.writes or call.path.endswith("/notes"):
            return
        if call.service == "stripe":
            self._send_with_key(call)
            return
        operation = _operation(call)
        if self.sent[operation]:
            self._judge(operation, self.sent[operation][-1])
        self.sent[operation].append(self.lab.time.seconds)

    def _send_with_key(self, call: Call) -> None:
        key, now = call.headers["idempotency-key"], self.lab.time.seconds
        operation = key.rsplit(":", 1)[0]
        first = self.keys[operation].get(key)
        if first is not None and now - first > KEY_LIVES:
            raise Violation(f"R6: {key} was used again after {now - first:.0f} s")
        if first is None and self.keys[operation]:
            self._judge(f"{_reference(call)}/stripe.refund", max(self.sent[operation]))
        self.keys[operation].setdefault(key, now)
        self.sent[operation].append(now)

    def _judge(self, operation: str, before: float) -> None:
        if any(second > before for second in self.allowed[operation.partition("/")[0]]):
            return
        over, apart = before + LONGEST_EFFECT, 0.0 if self.clocks_lie else APART
        if not self.clocks_lie:
            over = max(
                over, max((one for one in self.marked[operation] if one <= before), default=before) + QUIET
            )
        looks = [second for second in self.absent[operation] if second >= over]
        if len(looks) < 2 or looks[-1] - looks[0] < apart:
            seen = ", ".join(f"{second:.0f}" for second in self.absent[operation])
            now = self.lab.time.seconds
            raise Violation(
                f"R6: {operation} sent at {before:.0f} and {now:.0f}, seen absent at {seen or 'no time'}"
            )


def _operation(call: Call) -> str:
    rows = json.loads(call.body)["meta_data"]
    return str(next(row["value"] for row in rows if row["key"] == OPERATION))


def _reference(call: Call) -> str:
    return parse_qs(call.body.decode())["metadata[reason]"][0].partition(" ")[0]
