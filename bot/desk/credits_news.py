"""What happens to a store credit, told where its return is: history, thread, card, and the books."""

from dataclasses import dataclass
from typing import Any, Self

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import Change, redraw
from bot.desk.reconciliation_rows import Keeper
from bot.rules.credit import Use
from bot.rules.difference import Found
from store import credits as records
from store import reconciliation, returns
from store.credit_models import CreditUse, StoredCredit
from store.money import Money
from store.terms import DifferenceKind


@dataclass(frozen=True)
class Story:
    """A credit and its return, both held until the transaction ends."""

    change: Change
    credit: StoredCredit

    @classmethod
    def of(cls, desk: Desk, session: Session, credit_id: int) -> Self:
        """Hold the order, the return and the credit, in that order."""
        known = session.get_one(StoredCredit, credit_id)
        rma = returns.locked_with_order(session, known.return_id)
        credit = records.locked(session, credit_id)
        assert rma is not None
        assert credit is not None
        session.refresh(credit)
        return cls(Change(desk, session, rma, None, desk.now()), credit)

    def save(self, *, changed: bool = False) -> None:
        """Write the credit; where people can see a change, the card follows."""
        self.change.session.add(self.credit)
        if changed:
            self.change.rma.version += 1
            self.change.session.add(self.change.rma)
            redraw(self.change.session, self.change.return_id, self.change.now)

    def tell_use(self, use: CreditUse, before: Use, after: Use) -> None:
        """An order took some of it, or some of it came back."""
        moved = after.held - before.held
        if moved:
            name = "credit_used" if moved > 0 else "credit_back"
            self._tell(name, order=use.order_number or str(use.order_id), amount=abs(moved))

    def tell_gift_card(self, taken: int) -> None:
        """The shop says that some of a gift card was used, or, below zero, given back."""
        self._tell("gift_card_used" if taken > 0 else "gift_card_back", amount=abs(taken))

    def switched_off(self) -> None:
        """Somebody switched a gift card off in the shop."""
        self._tell("gift_card_off")

    def revoked(self) -> None:
        """It is worth nothing any more, and nobody had used it."""
        self.credit.revoked_at, self.credit.balance_minor = self.change.now, 0
        self._tell("credit_revoked", who=self.credit.revoke_asked_by, reason=self.credit.revoke_reason)

    def not_revoked(self) -> None:
        """A customer was quicker."""
        self.credit.revoke_asked_by, self.credit.revoked_at = None, None
        self._tell("credit_not_revoked")

    def expired(self) -> None:
        """Its last day is over."""
        if self.credit.ended_at is None:
            self.credit.ended_at = self.change.now
            if self.credit.balance_minor:
                self._tell("credit_expired", amount=self.credit.balance_minor)

    def gone(self) -> None:
        """The shop has no such coupon any more: somebody deleted it there.

        One that was never seen says nothing: a person confirmed a credit that was made by hand.
        """
        if self.credit.ended_at is None:
            self.credit.ended_at = self.change.now
            if self.credit.coupon_id or self.credit.gift_card_id:
                self._tell("credit_gone")

    def stuck(self, why: str) -> None:
        """The shop refuses to change it as the desk must: said once a day, for as long as it does."""
        today = self.change.now.astimezone(self.change.desk.words.timezone).date()
        key = f"{self.credit.reference}-stuck-{today}"
        if not self.change.is_told(key):
            self.change.tell_team(key, "credit_stuck", reference=self.credit.reference, why=why)

    def tell_overspent(self, over: int) -> None:
        """Orders took more than was decided: say so where people look at the books, while it is so."""
        session, credit = self.change.session, self.credit
        keeper, key = Keeper(self.change.desk, session, self.change.now), self._overspent(over).key
        if over:
            keeper.see(self._overspent(over), self.change.rma.order_id)
        elif (known := reconciliation.newest(session, key)) is not None and known.settled_at is None:
            keeper.settle_gone([known], ())
        session.add(credit)

    def _overspent(self, over: int) -> Found:
        credit = self.credit
        return Found(
            kind=DifferenceKind.CREDIT_OVERSPENT,
            subject=credit.reference,
            ours=Money(credit.decided_minor, credit.currency),
            shop=Money(credit.decided_minor + over, credit.currency),
            return_id=credit.return_id,
            resolution_id=credit.resolution_id,
            about={"reference": credit.reference},
        )

    def _tell(self, kind: str, **values: Any) -> None:
        """One line in the history and one in the thread."""
        reference = self.credit.reference
        self.change.note(kind, reference=reference, **values)
        self.change.session.flush()
        key = f"{reference}-{kind}-{self.change.rma.version}-{values.get('order', '')}"
        self.change.tell_team(key, kind, reference=reference, **values)
        self.change.rma.version += 1
        self.change.session.add(self.change.rma)
