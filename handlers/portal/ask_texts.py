"""What the pages of asking say about reasons, wishes and amounts, as the customer would. Computes nothing."""

from collections.abc import Iterator, Mapping, Sequence

from bot.desk.portal_ask import AskLine, AskView, Estimate
from bot.i18n import N_, Words
from bot.rules.choice import RefundQuote
from bot.rules.exchange import ExchangeBill
from store.money import Money
from store.terms import Method, Reason, Wish

REASONS: Mapping[Reason, str] = {
    Reason.CHANGED_MIND: N_("I changed my mind"),
    Reason.TOO_SMALL: N_("It is too small"),
    Reason.TOO_LARGE: N_("It is too large"),
    Reason.DAMAGED: N_("It arrived damaged"),
    Reason.DEFECTIVE: N_("It does not work"),
    Reason.WRONG_ITEM: N_("It is not what I ordered"),
    Reason.NOT_AS_DESCRIBED: N_("It is not as described"),
    Reason.SHORT_SHIPPED: N_("Something is missing"),
    Reason.LATE: N_("It arrived too late"),
    Reason.OTHER: N_("Another reason"),
}


class Texts:
    """The sentences of one visitor's form."""

    def __init__(self, view: AskView, words: Words) -> None:
        self.view, self.words = view, words

    def because(self, line: AskLine) -> str:
        """Why a line is not offered: the shop's own sentence, or that of the rule."""
        own, why = line.verdict.because, line.verdict.why
        said = own.get(self.words.language) or own.get("") or next(iter(own.values()), "")
        return said or (self.words(why.message, **why.values) if why else "")

    def needs_photo(self, reasons: Sequence[Reason]) -> str:
        """For which reasons a photo is needed."""
        named = "; ".join(self.words(REASONS[reason]) for reason in reasons)
        return self.words("Needed where the reason is: {reasons}.", reasons=named)

    def wish(self, wish: Wish) -> str:
        """What can be chosen for what comes back."""
        words, percent = self.words, self.view.bonus_percent
        if wish is Wish.REFUND:
            return words("My money back")
        if wish is Wish.EXCHANGE:
            return words("Another size or colour")
        return (
            words("Store credit, with {percent} % on top", percent=percent)
            if percent
            else words("Store credit")
        )

    def difference(self, bill: ExchangeBill) -> str:
        """What an article costs instead of what comes back."""
        if bill.owed:
            return self.words("you pay {amount}", amount=bill.owed)
        if bill.due:
            return self.words("you get {amount} back", amount=bill.due)
        return self.words("nothing to pay")

    def gives(self, given: Estimate) -> Iterator[str]:
        """What the customer gets, in sentences; the first says it all."""
        if given.exchange is not None:
            yield from self._exchange(given)
        elif given.quote is None:
            yield self.words("We will write to you what you get: this order has to be looked at by a person.")
        else:
            yield from self._money(given.quote)

    def sums(self, given: Estimate) -> Iterator[tuple[str, Money]]:
        """How the amount comes about; nothing that is zero."""
        quote, words = given.quote, self.words
        assert quote is not None
        parts = (
            (words("Worth of the items"), quote.items),
            (words("Shipping of the order"), quote.shipping),
            (words("Restocking fee"), -quote.fee),
            (words("Return label"), -quote.label),
            (words("Bonus"), quote.bonus),
        )
        yield from ((name, amount) for name, amount in parts if amount)
        yield words("You get"), quote.credit or quote.amount

    def _money(self, quote: RefundQuote) -> Iterator[str]:
        words, order = self.words, self.view.order
        if not quote.amount:
            yield words("There is nothing to pay back: what is deducted is as much as the items are worth.")
        elif quote.method is Method.STORE_CREDIT:
            yield words("{amount} of store credit", amount=quote.credit)
        elif quote.method is Method.MANUAL_REFUND:
            yield words("{amount} by bank transfer", amount=quote.amount)
        else:
            title = order.payment_title or order.payment_method
            yield words("{amount} back to “{title}”", amount=quote.amount, title=title)

    def _exchange(self, given: Estimate) -> Iterator[str]:
        wish, words = given.exchange, self.words
        assert wish is not None
        name = ", ".join(filter(None, [wish.name, wish.variant]))
        yield words("{count} × {name}", count=wish.quantity, name=name)
        if len(wish.wanted) > 1:
            yield words.plural("and {count} more article", "and {count} more articles", len(wish.wanted) - 1)
        if wish.difference is None or not wish.difference:
            yield words("There is nothing to pay.")
        elif wish.difference.minor > 0:
            yield words("You pay {amount}. We send you a link for it.", amount=wish.difference)
        else:
            yield words("You get {amount} back.", amount=-wish.difference)
