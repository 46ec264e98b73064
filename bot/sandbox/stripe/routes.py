"""Stripe's endpoints as a table: method and path on the left, what answers on the right."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.stripe import baskets, checkout, refunds, shapes, webhooks
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.forms import Params, merged
from bot.sandbox.stripe.lists import as_list, expanded, page
from bot.sandbox.stripe.records import Json

PAGING = ("limit", "starting_after", "ending_before", "created")


@dataclass(frozen=True)
class Call:
    """One authorised request: its account, mode, parameters and the id in its path."""

    account: Account
    livemode: bool
    params: Params
    path: str
    base_url: str
    reference: str = ""

    def record(self, kind: str) -> Json:
        """The object the path names."""
        return self.account.records.find(kind, self.reference, self.livemode)

    def named(self, kind: str, key: str) -> Json | None:
        """The object a parameter names, None when the parameter is absent."""
        reference = self.params.text(key)
        return self.account.records.find(kind, reference, self.livemode, param=key) if reference else None

    def show(self, record: Json) -> Json:
        """The object as the answer, expanded as asked."""
        return expanded(self.account.records, record, self.params.texts("expand"))

    def listing(self, kind: str, *filters: str) -> Json:
        """A page of the objects whose fields equal the given filters."""
        self.params.only(*PAGING, *filters)
        rows = self.account.records.all(kind, self.livemode)
        for key in filters:
            if value := self.params.text(key):
                rows = [row for row in rows if row[key] == value]
        return self.page(rows)

    def page(self, rows: list[Json]) -> Json:
        """One page of ``rows``; expansions begin with ``data.``."""
        paths = [path.removeprefix("data.") for path in self.params.texts("expand")]
        return page(rows, self.params, self.path, lambda row: expanded(self.account.records, row, paths))


def create_refund(call: Call) -> Json:
    params = call.params
    params.only("amount", "charge", "payment_intent", "reason", "metadata", "instructions_email")
    amount, metadata = params.integer("amount", least=1), params.metadata() or {}
    reason = params.choice("reason", *refunds.REASONS)
    intent, charge = call.named("payment_intent", "payment_intent"), call.named("charge", "charge")
    if intent and charge is None:
        charge = refunds.charge_of(call.account, intent)
    if charge is None:
        raise params.lacking("charge")
    return call.show(refunds.refund(call.account, charge, amount, reason=reason, metadata=metadata))


def list_refunds(call: Call) -> Json:
    call.named("payment_intent", "payment_intent")
    call.named("charge", "charge")
    return call.listing("refund", "payment_intent", "charge")


def cancel_refund(call: Call) -> Json:
    call.params.only()
    return call.show(refunds.cancel(call.account, call.record("refund")))


def list_charge_refunds(call: Call) -> Json:
    call.params.only(*PAGING)
    charge = call.record("charge")
    rows = call.account.records.all("refund", call.livemode)
    return call.page([row for row in rows if row["charge"] == charge["id"]])


def create_session(call: Call) -> Json:
    session = baskets.session_from(call.account, call.params, livemode=call.livemode, base_url=call.base_url)
    call.account.records.add(session)
    call.account.version += 1
    return call.show(session)


def expire_session(call: Call) -> Json:
    call.params.only()
    return call.show(checkout.expire(call.account, call.record("checkout.session")))


def list_sessions(call: Call) -> Json:
    call.params.choice("status", "open", "complete", "expired")
    return call.listing("checkout.session", "payment_intent", "status")


def list_items(call: Call) -> Json:
    call.params.only("limit", "starting_after", "ending_before")
    session = call.record("checkout.session")
    return as_list(session["line_items"], call.path)


def list_events(call: Call) -> Json:
    call.params.only(*PAGING, "type", "types", "delivery_success")
    wanted = [*call.params.texts("types"), *filter(None, [call.params.text("type")])]
    rows = call.account.records.all("event", call.livemode)
    return call.page([row for row in rows if not wanted or row["type"] in wanted])


def create_endpoint(call: Call) -> Json:
    return webhooks.create(call.account, call.params, livemode=call.livemode)


def update_endpoint(call: Call) -> Json:
    return call.show(webhooks.update(call.record("webhook_endpoint"), call.params))


def remove_endpoint(call: Call) -> Json:
    return webhooks.remove(call.account, call.record("webhook_endpoint"))


def read_account(call: Call) -> Json:
    call.params.only()
    return call.account.profile


def read_balance(call: Call) -> Json:
    call.params.only()
    return shapes.balance(call.account.ledger.balance(livemode=call.livemode), call.livemode)


def _reader(kind: str) -> Callable[[Call], Json]:
    def read(call: Call) -> Json:
        call.params.only()
        return call.show(call.record(kind))

    return read


def _lister(kind: str, *filters: str) -> Callable[[Call], Json]:
    def list_records(call: Call) -> Json:
        return call.listing(kind, *filters)

    return list_records


def _updater(kind: str, event: str | None) -> Callable[[Call], Json]:
    def update(call: Call) -> Json:
        call.params.only("metadata", *(["description"] if kind in ("charge", "payment_intent") else []))
        record, before = call.record(kind), call.record(kind)["metadata"]
        record["metadata"] = merged(before, call.params.metadata())
        if description := call.params.text("description"):
            record["description"] = description
        call.account.version += 1
        if event:
            call.account.emit(event, record, {"metadata": before})
        return call.show(record)

    return update


ROUTES: tuple[tuple[str, str, Callable[[Call], Json]], ...] = (
    ("GET", "/v1/account", read_account),
    ("GET", "/v1/balance", read_balance),
    ("GET", "/v1/payment_intents", _lister("payment_intent", "customer")),
    ("GET", "/v1/payment_intents/:id", _reader("payment_intent")),
    ("POST", "/v1/payment_intents/:id", _updater("payment_intent", None)),
    ("GET", "/v1/charges", _lister("charge", "payment_intent", "customer")),
    ("GET", "/v1/charges/:id", _reader("charge")),
    ("POST", "/v1/charges/:id", _updater("charge", "charge.updated")),
    ("GET", "/v1/charges/:id/refunds", list_charge_refunds),
    ("POST", "/v1/refunds", create_refund),
    ("GET", "/v1/refunds", list_refunds),
    ("GET", "/v1/refunds/:id", _reader("refund")),
    ("POST", "/v1/refunds/:id", _updater("refund", "refund.updated")),
    ("POST", "/v1/refunds/:id/cancel", cancel_refund),
    ("POST", "/v1/checkout/sessions", create_session),
    ("GET", "/v1/checkout/sessions", list_sessions),
    ("GET", "/v1/checkout/sessions/:id", _reader("checkout.session")),
    ("POST", "/v1/checkout/sessions/:id", _updater("checkout.session", None)),
    ("POST", "/v1/checkout/sessions/:id/expire", expire_session),
    ("GET", "/v1/checkout/sessions/:id/line_items", list_items),
    ("GET", "/v1/disputes", _lister("dispute", "charge", "payment_intent")),
    ("GET", "/v1/disputes/:id", _reader("dispute")),
    ("GET", "/v1/events", list_events),
    ("GET", "/v1/events/:id", _reader("event")),
    ("POST", "/v1/webhook_endpoints", create_endpoint),
    ("GET", "/v1/webhook_endpoints", _lister("webhook_endpoint")),
    ("GET", "/v1/webhook_endpoints/:id", _reader("webhook_endpoint")),
    ("POST", "/v1/webhook_endpoints/:id", update_endpoint),
    ("DELETE", "/v1/webhook_endpoints/:id", remove_endpoint),
)


def route(method: str, path: str) -> tuple[Callable[[Call], Json], str]:
    """What answers a request, and the id its path names; raises Stripe's 404."""
    for verb, pattern, answer in ROUTES:
        match = re.fullmatch(pattern.replace(":id", "([A-Za-z0-9_]+)"), path)
        if match and verb == method:
            return answer, match[1] if match.groups() else ""
    raise StripeError(404, f"Unrecognized request URL ({method}: {path}).", kept=False)
