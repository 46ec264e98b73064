"""The sandbox's Stripe as a Python object: seeding, scripting and looking; the HTTP service is ``app``."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from bot.sandbox.stripe import checkout, disputes, payments, refunds, shapes, webhooks
from bot.sandbox.stripe.account import Account, RefundScript
from bot.sandbox.stripe.courier import Courier
from bot.sandbox.stripe.errors import StripeError, missing
from bot.sandbox.stripe.keys import LIVE_KEY, READ_ONLY_KEY, TEST_KEY
from bot.sandbox.stripe.ledger import LedgerEntry
from bot.sandbox.stripe.lists import render
from bot.sandbox.stripe.records import Json, new_id
from bot.sandbox.stripe.troubles import Planned, Trouble

PLUGIN_PATH = "/plugin/refunds"


class Payment(NamedTuple):
    """The ids of a collected payment."""

    payment_intent: str
    charge: str


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class Stripe:
    """One account. Amounts are Stripe's minor units (``currencies``); any thread may call any method.

    ``signing_clock`` dates the signatures of deliveries and stays the machine's clock by default, because the
    receiver's SDK compares it with the machine's clock, whatever ``clock`` says.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        signing_clock: Callable[[], float] = time.time,
        keys: tuple[str, ...] = (TEST_KEY, LIVE_KEY),
        read_only_keys: tuple[str, ...] = (READ_ONLY_KEY,),
        retry_delays: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0),
        name: str = "Sandbox Shop",
        country: str = "DE",
        currency: str = "eur",
        public_url: str = "",
    ) -> None:
        self.keys, self.read_only_keys = frozenset(keys), frozenset(read_only_keys)
        self.public_url = public_url
        self.courier = Courier(retry_delays=retry_delays, clock=signing_clock)
        profile = shapes.account(new_id("acct"), name, country, currency)
        self.account = Account(clock, self.courier, profile)

    # What there is to see

    @property
    def version(self) -> int:
        """Grows with every visible change."""
        return self.account.version

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every movement of money, oldest first."""
        return self.account.ledger.entries

    def refunded(self, payment_intent: str) -> int:
        """What went back to the customer of one payment, by refunds that were not returned."""
        return self.account.ledger.refunded(payment_intent)

    def balance(self, *, livemode: bool = False) -> dict[str, int]:
        """The shop's money by currency."""
        return self.account.ledger.balance(livemode=livemode)

    def get(self, reference: str) -> Json:
        """Any object of either mode by its id, as Stripe would show it; KeyError when there is none."""
        with self.account.lock:
            return render(self.account.records[reference])

    def all(self, kind: str, *, livemode: bool | None = None) -> list[Json]:
        """All objects of a kind (``refund``, ``checkout.session``, ``event`` …), newest first."""
        with self.account.lock:
            return [render(record) for record in self.account.records.all(kind, livemode)]

    # Money in

    def charge(
        self,
        amount: int,
        currency: str,
        metadata: dict[str, str] | None = None,
        description: str | None = None,
        *,
        email: str | None = None,
        livemode: bool = False,
    ) -> Payment:
        """Collect a card payment at once, as the shop's till does; raises ``StripeError`` on a bad amount."""
        with self.account.lock:
            intent = payments.open_intent(
                self.account, amount, currency, metadata=metadata or {}, description=description,
                livemode=livemode,
            )  # fmt: skip
            charge = payments.collect(self.account, intent, email=email)
            return Payment(intent["id"], charge["id"])

    # Money back

    def refund_from_plugin(self, reference: str, amount_minor: int, reason: str = "") -> Json:
        """Refund a payment intent or charge as the WooCommerce Stripe plugin does; raises ``StripeError``.

        There is no idempotency key: a second call is a second refund. A planned ``trouble`` whose path fits
        ``/plugin/refunds`` is met here too: ``ERROR_AFTER`` moves the money and raises.
        """
        planned = self.account.troubles.take("POST", PLUGIN_PATH)
        if planned and planned.trouble is Trouble.SLOW:
            time.sleep(planned.seconds)
        if planned and planned.trouble in (Trouble.ERROR_BEFORE, Trouble.BUSY):
            raise StripeError(429 if planned.trouble is Trouble.BUSY else 500, "No refund was made.")
        with self.account.lock:
            charge = self._charge(reference)
            record = refunds.refund_from_plugin(self.account, charge, amount_minor, reason)
            if planned and planned.trouble is Trouble.ERROR_AFTER:
                raise StripeError(500, "Something went wrong on our end.", kind="api_error")
            return render(record)

    def script_refunds(
        self,
        status: str,
        *,
        pending_reason: str | None = None,
        failure_reason: str | None = None,
        times: int = 1,
    ) -> None:
        """Let the next refunds begin as pending, requires_action, succeeded or failed."""
        if status not in refunds.STATUSES or status == "canceled":
            raise ValueError(f"a refund does not begin as {status}")
        script = RefundScript(status, pending_reason, failure_reason)
        with self.account.lock:
            self.account.refund_scripts.extend([script] * times)

    def change_refund(self, reference: str, status: str, *, failure_reason: str | None = None) -> Json:
        """What became of a refund later: its new status, told by event, written in the ledger."""
        with self.account.lock:
            record = self._record("refund", reference)
            refunds.change(self.account, record, status, failure_reason=failure_reason)
            return render(record)

    # Checkout

    def pay(self, session: str, way: checkout.Way = "card", *, email: str | None = None) -> bool:
        """Do what the page's button does; whether the session is complete. Raises when it is not open."""
        with self.account.lock:
            checkout.lapse_due(self.account)
            return checkout.pay(self.account, self._record("checkout.session", session), way, email=email)

    def settle_delayed(self, session: str, *, succeeded: bool = True) -> None:
        """Let the money of a delayed payment arrive, or not."""
        with self.account.lock:
            record = self._record("checkout.session", session)
            checkout.settle(self.account, record, succeeded=succeeded)

    def expire(self, session: str) -> None:
        """Let a page's time be over now; raises ``StripeError`` when it is not open any more."""
        with self.account.lock:
            checkout.expire(self.account, self._record("checkout.session", session))

    def checkouts(self) -> list[Json]:
        """All sessions, newest first, each with its ``state``: open, pending, paid, failed or expired."""
        with self.account.lock:
            checkout.lapse_due(self.account)
            sessions = self.account.records.all("checkout.session")
            return [{**one, "state": checkout.state_of(self.account, one)} for one in sessions]

    def lapse_due(self) -> None:
        """Expire sessions whose time is over now; any request does so too."""
        with self.account.lock:
            checkout.lapse_due(self.account)

    # Disputes

    def dispute(self, reference: str, amount: int | None = None, *, reason: str = "fraudulent") -> str:
        """The bank of the customer takes a payment back; the id of the dispute."""
        with self.account.lock:
            record = disputes.dispute(self.account, self._charge(reference), amount, reason)
            return str(record["id"])

    def close_dispute(self, reference: str, status: str) -> None:
        """The bank decided: ``won`` or ``lost`` for the shop."""
        with self.account.lock:
            disputes.close(self.account, self._record("dispute", reference), status)

    # News and bad hours

    def add_webhook(
        self, url: str, *, secret: str | None = None, events: tuple[str, ...] = ("*",), livemode: bool = False
    ) -> Json:
        """An endpoint that hears ``events``; the answer carries its signing ``secret``."""
        with self.account.lock:
            return webhooks.add(self.account, url, [*events], secret=secret, livemode=livemode)

    def emit(self, kind: str, record: Json) -> Json:
        """Tell the endpoints any story, true or not, about an object as ``get`` shows it; the event."""
        with self.account.lock:
            return render(self.account.emit(kind, {"livemode": False} | record))

    def redeliver(self, event: str) -> None:
        """Send an event once more to every endpoint of its mode."""
        with self.account.lock:
            record = self._record("event", event)
            for endpoint in self.account.records.all("webhook_endpoint", record["livemode"]):
                self.account.dispatch(record, endpoint)

    def lose_events(self, *, lost: bool = True) -> None:
        """Let every delivery get lost, also those to be tried again, until told otherwise."""
        self.courier.lose(lost=lost)

    def hold_events(self) -> None:
        """Keep deliveries back until ``release_events``."""
        self.courier.pause()

    def release_events(self, *, backwards: bool = False) -> None:
        """Deliver what was held, the newest first if ``backwards``: Stripe promises no order."""
        self.courier.resume("reversed" if backwards else "as_sent")

    def repeat_events(self, copies: int) -> None:
        """Deliver each event that often, until told otherwise."""
        self.courier.habits.copies = copies

    def switch_webhooks(self, *, on: bool) -> None:
        """Disable every endpoint, as Stripe does after days of failures, or enable them again."""
        with self.account.lock:
            for endpoint in self.account.records.all("webhook_endpoint"):
                endpoint["status"] = "enabled" if on else "disabled"

    def replay_events(self) -> None:
        """Tell all old events once more, oldest first, each with a signature of today."""
        for event in reversed(self.all("event")):
            self.redeliver(event["id"])

    def trouble(
        self, trouble: Trouble, *, method: str = "", path: str = "", times: int = 1, seconds: float = 1.0
    ) -> None:
        """Let the next fitting requests meet a bad hour of Stripe; ``path`` is a pattern."""
        self.account.troubles.plan(Planned(trouble, method, path, times, seconds))

    def reset(self) -> None:
        """Back to an account without money, sessions and news; its keys and endpoints stay."""
        self.account.clear()

    def close(self) -> None:
        """End the delivering thread."""
        self.courier.stop()

    def _charge(self, reference: str) -> Json:
        intent = self.account.records.get("payment_intent", reference)
        return refunds.charge_of(self.account, intent) if intent else self._record("charge", reference)

    def _record(self, kind: str, reference: str) -> Json:
        record = self.account.records.get(kind, reference)
        if record is None:
            raise missing(kind, reference, param="id")
        return record
