"""All objects of the account by id, in the order they were made; test and live objects never meet."""

from typing import Any
from uuid import uuid4

from bot.sandbox.stripe.errors import missing

Json = dict[str, Any]


def new_id(prefix: str) -> str:
    """An id as Stripe writes them; random, so that no id ever comes twice, not even after a reset."""
    return f"{prefix}_{uuid4().hex[:24]}"


class Records:
    """The objects, each a JSON document with ``id``, ``object`` and ``livemode``."""

    def __init__(self) -> None:
        self._by_id: dict[str, Json] = {}

    def add(self, record: Json) -> Json:
        """Keep a new object."""
        self._by_id[record["id"]] = record
        return record

    def __getitem__(self, reference: str) -> Json:
        return self._by_id[reference]

    def remove(self, record: Json) -> None:
        """Forget an object."""
        del self._by_id[record["id"]]

    def get(self, kind: str, reference: str) -> Json | None:
        """The object of that kind in either mode, or None."""
        record = self._by_id.get(reference)
        return record if record and record["object"] == kind else None

    def find(self, kind: str, reference: str, livemode: bool, *, param: str = "id") -> Json:
        """The object, or Stripe's refusal, which tells when the other mode has such an object."""
        record = self.get(kind, reference)
        if record is None:
            raise missing(kind, reference, param=param)
        if record["livemode"] != livemode:
            modes = ("live", "test") if livemode else ("test", "live")
            hint = "; a similar object exists in {1} mode, but a {0} mode key was used.".format(*modes)
            raise missing(kind, reference, param=param, hint=hint)
        return record

    def all(self, kind: str, livemode: bool | None = None) -> list[Json]:
        """The objects of a kind, newest first, as Stripe lists them."""
        found = [record for record in self._by_id.values() if record["object"] == kind]
        return [one for one in reversed(found) if livemode is None or one["livemode"] == livemode]
