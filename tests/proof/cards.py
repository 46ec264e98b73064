"""A desk with the sandbox's Slack in front of it, in virtual time, and what a card there may say when.

The ledgers of the sandbox judge: what its bank paid, and what its shop told the customer.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient

from blocks.card import return_card
from blocks.kit import COLOURS
from bot.journal import Journal
from bot.sandbox import shop as shops
from bot.sandbox.faults import Faulty
from bot.sandbox.serving import Service
from bot.sandbox.slack import Message, Slack
from bot.sandbox.slack.app import create_app
from bot.sandbox.stripe import Stripe
from handlers.work import performers
from store.models import Operation
from store.terms import Method, OperationState, ResolutionStatus
from tests.bot.desk.bench import next_moment, operations
from tests.world import World

CHANNEL = "C01RETURNS"
CLOSELY = timedelta(minutes=20)  # every second of it is looked at; longer than anything stays in doubt unseen
FAILED = re.compile("was refused|no money moved|Pay .* another way|Decide again|Pay back now|Check first")
DONE = re.compile(r"refunded to|refunded by hand|store credit(,|\*| ·)|On its way:")
PROMISED = re.compile("have refunded|have transferred|have issued|on its way|have settled")


@contextmanager
def with_slack(world: World, *, rate_limits: bool = False) -> Iterator[Slack]:
    """Let the worker of ``world`` draw its cards in a Slack that keeps the same time."""
    slack = Slack(clock=world.clock, rate_limits=rate_limits, echoes=False)
    with Service(Faulty(create_app(slack), world.faults, "slack")) as service:
        world.journal = a_drawing_worker(world, slack, service.url)
        yield slack
    slack.close()


def a_drawing_worker(world: World, slack: Slack, url: str) -> Journal:
    """A worker that performs everything, Slack included."""
    client = WebClient(slack.settings.bot_token, f"{url}/api/", timeout=10, retry_handlers=[])
    return Journal(world.desk.engine, world.clock, performers(world.desk, client))


def card_of(slack: Slack, number: str) -> Message | None:
    """The card of a return in the channel, if it is there."""
    said = re.compile(rf"^{number}\b")
    return next((one for one in reversed(slack.messages(CHANNEL)) if said.search(one.text)), None)


def shown_as(message: Message) -> dict[str, object]:
    """What stands in Slack, as it was sent."""
    (part,) = message.attachments
    attachment = {"color": f"#{part['color']}", "blocks": part["blocks"], "fallback": part["fallback"]}
    return {"text": message.text, "attachments": [attachment]}


def texts(value: Any) -> str:
    """Everything that can be read in blocks."""
    if isinstance(value, dict):
        own = value["text"] + "\n" if isinstance(value.get("text"), str) else ""
        return own + "".join(texts(part) for part in value.values())
    return "".join(texts(part) for part in value) if isinstance(value, list) else ""


@dataclass
class Witness:
    """Looks at one return's card, the money and the customer's mail, and remembers what it saw."""

    world: World
    slack: Slack
    return_id: int
    order: shops.Order
    method: Method
    about: str
    stripe: Stripe | None = None
    looked: int = 0
    mails: int = 0
    coupons: int = 0
    seen: set[str] = field(default_factory=set)
    known: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.mails, self.coupons = len(self.world.shop.outbox), len(self.world.shop.state.coupons)

    def watch(self, span: timedelta) -> None:
        """Let the time pass: by the second at first, then from one thing that happens to the next."""
        world, end = self.world, self.world.clock() + span
        closely = world.clock() + min(CLOSELY, span)
        self.work()
        while world.clock() < end:
            step = timedelta(seconds=1)
            if world.clock() >= closely:
                following = next_moment(world) or end
                step = max(min(following, end) - world.clock(), timedelta()) + timedelta(seconds=1)
            world.clock.ahead += step
            self.work()

    def work(self) -> None:
        """Carry out what is due, one thing at a time, and look after each."""
        self.look()
        if self.world.journal.is_any_due():
            self.world.journal.take_over()
            while self.world.journal.run_due():
                self.look()

    def look(self) -> None:
        """Compare what people read with what is true, where anything of either has changed."""
        self.looked += 1
        before, self.known = self.known, self._traces()
        if before == self.known and not self.world.journal.is_any_due():
            return
        card = card_of(self.slack, self.world.case(self.return_id).number)
        if card is None:
            return
        colour, said = f"#{card.attachments[0]['color']}", texts(card.all_blocks)
        self._is_honest(colour, said)
        if self._is_drawn():
            self._is_fresh(card)
            self._says_what_is_not_known(colour, said)

    def _traces(self) -> tuple[int, ...]:
        """What grows with every change outside of the desk."""
        shop, bank = self.world.shop, len(self.stripe.ledger) if self.stripe else 0
        made = (len(shop.outbox), len(shop.state.coupons), len(shop.refunds(self.order.id)))
        return (self.slack.version, len(shop.ledger.entries), bank, *made)

    def _is_honest(self, colour: str, said: str) -> None:
        about = f"{self.about}, {self.world.clock():%H:%M:%S}: {colour} {said}"
        if self.happened():
            assert colour != COLOURS["red"], about
            assert not FAILED.search(said), about
        else:
            assert colour != COLOURS["green"], about
            assert not DONE.search(said), about
            assert not any(PROMISED.search(text) for text in self.letters()), about

    def _is_drawn(self) -> bool:
        """Whether everything that asked for a drawing has been drawn."""
        key = f"card/{self.return_id}"
        (drawing,) = [one for one in operations(self.world, "slack.card") if one.key == key]
        return drawing.state is OperationState.DONE and not any(_is_at_work(one) for one in self._money())

    def _money(self) -> list[Operation]:
        kinds = ("stripe.refund", "shop.refund", "shop.book", "shop.coupon")
        mine = (one for kind in kinds for one in operations(self.world, kind))
        return [one for one in mine if one.return_id == self.return_id]

    def _is_fresh(self, card: Message) -> None:
        fresh = return_card(self.world.case(self.return_id), self.world.desk.words)
        assert shown_as(card) == fresh, f"{self.about}, {self.world.clock():%H:%M:%S}"

    def _says_what_is_not_known(self, colour: str, said: str) -> None:
        case = self.world.case(self.return_id)
        asked = case.resolutions[-1] if case.resolutions else None
        if asked is None or asked.status is not ResolutionStatus.IN_DOUBT or asked.came_back:
            return
        assert colour == COLOURS["amber"], f"{self.about}: {colour}"
        assert asked.reference in said, self.about
        if asked.needs_person:
            self.seen.add("person")
            assert "Please look: " in said, self.about
            assert "takes another person than <@U01ALICE>" in said, self.about
            assert "try once more" in said, self.about
        else:
            self.seen.add("checking")
            assert "Checking with " in said, self.about
            assert "Next look at" in said or "goes out" in said, self.about

    def happened(self) -> bool:
        """Whether what was decided took effect, by the ledgers alone."""
        if self.method is Method.STORE_CREDIT:
            return len(self.world.shop.state.coupons) > self.coupons
        if self.method is Method.MANUAL_REFUND:
            return any(self._names(row.reason) for row in self.world.shop.refunds(self.order.id))
        return self.paid() > 0

    def paid(self) -> int:
        """What the bank paid out for this decision, in minor units."""
        if self.stripe is not None:
            intent = self.stripe.get(self.order.transaction_id)["payment_intent"]
            return self.stripe.refunded(intent)
        entries = self.world.shop.ledger.refunds(self.order.id)
        return sum(entry.amount_minor for entry in entries if self._names(entry.reason))

    def _names(self, reason: str) -> bool:
        return self.world.case(self.return_id).number in reason

    def letters(self) -> list[str]:
        """What the customer was written since the decision."""
        mails = self.world.shop.outbox[self.mails :]
        return [mail.text for mail in mails if mail.kind == "customer_note"]


def _is_at_work(operation: Operation) -> bool:
    return operation.state is OperationState.RUNNING
