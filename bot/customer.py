"""What customers read, in their own language: the same words in the preview and in the note that is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.i18n import Words
from bot.rules.case import Bank, CaseResolution, ReturnCase
from bot.rules.choice import RefundQuote
from store.money import Money
from store.terms import Method

CODE = "{code}"  # filled in when the note leaves; the code itself is kept nowhere
UNKNOWN = "••••••••"


class Way(StrEnum):
    """How certain a refund to the payment method is: each has words of its own."""

    PAID = "paid"
    ON_ITS_WAY = "on_its_way"
    NEEDS_AN_ANSWER = "needs_an_answer"  # the bank asks the customer for something first
    ANOTHER = "another"  # it came back, and a person paid another way


@dataclass(frozen=True)
class Payment:
    """What a resolution gives the customer, whether it is forecast or done."""

    method: Method
    amount: Money
    credit: Money
    kept: Money
    way: Way = Way.PAID


def customer_text(kind: str, case: ReturnCase, words: Words, **values: str) -> str:
    """The note for what happened: approved, rejected (with ``reason``) or cancelled."""
    return TEXTS[kind](case, words, values)


def settled_text(case: ReturnCase, resolution: CaseResolution, words: Words) -> str:
    """The note for a resolution that is done."""
    payment = Payment(
        resolution.method, resolution.amount, resolution.credit, resolution.kept, _way(resolution.bank)
    )
    return payment_text(case, payment, words)


def _way(bank: Bank | None) -> Way:
    if bank is None or not (bank.undecided or bank.returned):
        return Way.PAID
    if bank.returned:
        return Way.ANOTHER
    return Way.NEEDS_AN_ANSWER if bank.status == "requires_action" else Way.ON_ITS_WAY


def forecast_text(case: ReturnCase, quote: RefundQuote, words: Words) -> str:
    """The note that will be sent if ``quote`` is carried out; a store credit's code is not known yet."""
    text = payment_text(case, Payment(quote.method, quote.amount, quote.credit, quote.kept), words)
    return text.replace(CODE, UNKNOWN)


def payment_text(case: ReturnCase, payment: Payment, words: Words) -> str:
    """How a return was settled, in plain words."""
    kept = words("We kept {kept} for the return.", kept=payment.kept) if payment.kept else ""
    return " ".join(filter(None, [_paid(case, payment, words), kept]))


def _paid(case: ReturnCase, payment: Payment, words: Words) -> str:
    number = case.number
    if not payment.amount:
        return words("We have settled your return {number}.", number=number)
    if payment.method is Method.STORE_CREDIT:
        said = words(
            "We have issued {amount} of store credit for your return {number}.",
            amount=payment.credit,
            number=number,
        )
        return f"{said} {_use(words, gift_card=case.policy.gift_card)}"
    if payment.method is Method.MANUAL_REFUND or payment.way is Way.ANOTHER:
        return words(
            "We have transferred {amount} to you for your return {number}.",
            amount=payment.amount,
            number=number,
        )
    title = case.order.payment_title or case.order.payment_method
    return WAYS[payment.way](words, {"amount": payment.amount, "number": number, "title": title})


WAYS: Mapping[Way, Callable[[Words, Mapping[str, object]], str]] = {
    Way.PAID: lambda words, values: words(
        "We have refunded {amount} for your return {number} to “{title}”. It takes 1 to 5 days to show.",
        **values,
    ),
    Way.ON_ITS_WAY: lambda words, values: words(
        "Your refund of {amount} for your return {number} is on its way to “{title}”. Your bank has not "
        "confirmed it yet; we keep an eye on it and write to you if it does not arrive.",
        **values,
    ),
    Way.NEEDS_AN_ANSWER: lambda words, values: words(
        "Your refund of {amount} for your return {number} is on its way to “{title}”. To receive it, please "
        "follow the e-mail that our payment service Stripe sends you.",
        **values,
    ),
}


def _use(words: Words, *, gift_card: bool) -> str:
    """The code and what it is good for. A gift card works for whoever holds it."""
    if gift_card:
        return words("Your code is {code}. It works until nothing is left of it.", code=CODE)
    return words(
        "Your code is {code}. It works with this e-mail address until nothing is left of it.", code=CODE
    )


def reminder_text(left: Money, expires_on: date | None, words: Words, *, gift_card: bool = False) -> str:
    """The note that carries the code of a store credit once more; it is filled in when the note leaves."""
    said = words("Your store credit of {amount}: your code is {code}.", amount=left, code=CODE)
    use = (
        words("It works until nothing is left of it.")
        if gift_card
        else words("It works with this e-mail address until nothing is left of it.")
    )
    until = words("You can use it until {date}.", date=expires_on) if expires_on else ""
    return " ".join(filter(None, [said, use, until]))


def _approved(case: ReturnCase, words: Words, _values: Mapping[str, str]) -> str:
    said = words(
        "Your return {number} is agreed. Please send the items back; we will write once we have seen them.",
        number=case.number,
    )
    if not case.return_address:
        return said
    address = words("Send them to: {address}", address=case.return_address)
    return f"{said} {address}"


def _rejected(case: ReturnCase, words: Words, values: Mapping[str, str]) -> str:
    said = words("We could not accept your return {number}.", number=case.number)
    return f"{said} {values['reason']}"


def _cancelled(case: ReturnCase, words: Words, _values: Mapping[str, str]) -> str:
    return words("Your return {number} was cancelled. Nothing has to be sent.", number=case.number)


def _undelivered(case: ReturnCase, words: Words, _values: Mapping[str, str]) -> str:
    return words(
        "Your bank could not accept the refund for your return {number}. You do not have to do anything: we "
        "will send you the money another way and write to you.",
        number=case.number,
    )


def exchange_text(kind: str, case: ReturnCase, words: Words, values: Mapping[str, object]) -> str:
    """The note for a step of an exchange: what to pay and where, that it was paid, that it was sent."""
    said = EXCHANGE_TEXTS[kind](words, {"number": case.number, "what": _goods(case), **values})
    wish = case.exchange
    if kind == "exchange_sent" and wish is not None and wish.due:
        also = words("You also get {amount} back; we write to you once it is paid.", amount=wish.due)
        return f"{said} {also}"
    return said


def _goods(case: ReturnCase) -> str:
    """What goes out, as on a delivery note."""
    lines = case.exchange.lines if case.exchange else ()
    named = ((line.quantity, ", ".join(filter(None, [line.name, line.variant]))) for line in lines)
    return "; ".join(f"{quantity} × {name}" for quantity, name in named)


EXCHANGE_TEXTS: Mapping[str, Callable[[Words, Mapping[str, object]], str]] = {
    "exchange_pay": lambda words, values: words(
        "We have set aside for your exchange {number}: {what}. The difference is {amount}. You can pay it "
        "here until {until}: {link}",
        **values,
    ),
    "exchange_pay_again": lambda words, values: words(
        "A reminder: {what} is still set aside for your exchange {number}. The difference is {amount}. Here "
        "is a new link; you can pay it until {until}: {link}",
        **values,
    ),
    "exchange_paid": lambda words, values: words(
        "Thank you: we have received {amount} for your exchange {number}.", **values
    ),
    "exchange_sent": lambda words, values: words(
        "Your replacement for return {number} is on its way to you: {what}.", **values
    ),
    "exchange_back": lambda words, values: words(
        "We have given you back {amount} that you paid for your exchange {number}. It takes 5 to 10 days to "
        "show.",
        **values,
    ),
}


TEXTS: Mapping[str, Callable[[ReturnCase, Words, Mapping[str, str]], str]] = {
    "approved": _approved,
    "rejected": _rejected,
    "cancelled": _cancelled,
    "undelivered": _undelivered,
}
