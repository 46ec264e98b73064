"""What is becoming of the money of one return: going out, looked for, on its way, or come back.

Nothing here is called done or failed before that is known.
"""

from collections.abc import Callable, Mapping
from typing import Any

from blocks.kit import code, headed, hour, inert, lines, link, mention, moment, sentence
from bot.i18n import N_, Words
from bot.rules.case import Bank, CaseResolution, Progress, ReturnCase, Stage, Step
from store.money import Money

STOP, WAIT, LOOK, HAND = ":octagonal_sign:", ":hourglass_flowing_sand:", ":mag:", ":raised_hand:"
BANK, WARNING = ":bank:", ":warning:"

Values = Mapping[str, Any]


def sending(v: Values, _case: ReturnCase, words: Words) -> str:
    """A decision on its way out, or why it waits."""
    progress: Progress = v["progress"] or Progress(Step.SHOP_REFUND, Stage.SENDING)
    if progress.stage is Stage.PUT_OFF:
        return _put_off(v, progress, words)
    if progress.stage is Stage.QUEUED and progress.next_at:
        when = words("{amount} goes out at {time}.", amount=v["amount"], time=hour(progress.next_at, words))
        return headed(WAIT, when, words("Another refund of this order comes first."))
    again = words("Once more, after somebody looked and found nothing.") if progress.sends else ""
    return headed(WAIT, SENDING[progress.step](v["amount"], words), again, words(PATIENCE[progress.step]))


SENDING: Mapping[Step, Callable[[Money, Words], str]] = {
    Step.SHOP_REFUND: lambda amount, words: words("Asking the shop to pay back {amount}.", amount=amount),
    Step.STRIPE_REFUND: lambda amount, words: words("Asking Stripe to pay back {amount}.", amount=amount),
    Step.BOOKING: lambda amount, words: words("Booking {amount} in the shop.", amount=amount),
    Step.CREDIT: lambda amount, words: words("Making the store credit for {amount}.", amount=amount),
}
PATIENCE: Mapping[Step, str] = {
    Step.SHOP_REFUND: N_("A gateway may take two minutes. If no answer comes, we look before anything else."),
    Step.STRIPE_REFUND: N_("If no answer comes, we look before anything else."),
    Step.BOOKING: N_("No money moves with it. If no answer comes, we look before anything else."),
    Step.CREDIT: N_("If no answer comes, we look before anything else."),
}


def _put_off(v: Values, progress: Progress, words: Words) -> str:
    """Certainly not sent: the other side is away, or asks for time."""
    stripe = progress.step is Step.STRIPE_REFUND
    if progress.asked_to_wait:
        said = (
            words("Not sent: Stripe asks us to wait.")
            if stripe
            else words("Not sent: the shop asks us to wait.")
        )
    else:
        said = (
            words("Not sent: Stripe cannot be reached.")
            if stripe
            else words("Not sent: the shop cannot be reached.")
        )
    if progress.next_at is None:
        return headed(WAIT, said)
    when = hour(progress.next_at, words)
    return headed(WAIT, said, words("{amount} goes out at {time}.", amount=v["amount"], time=when))


def unknown(v: Values, _case: ReturnCase, words: Words) -> str:
    """Perhaps done: when the desk looks again, and what follows if nothing shows."""
    progress: Progress = v["progress"] or Progress(Step.SHOP_REFUND, Stage.LOOKING)
    said = UNKNOWN[progress.step](v["amount"], words)
    if progress.stage is Stage.REPEATING:
        return headed(LOOK, said, words(REPEATS[progress.step is Step.STRIPE_REFUND]))
    first = headed(LOOK, said, words("Nothing is sent twice: we look first."))
    return lines(first, _next(progress, words))


UNKNOWN: Mapping[Step, Callable[[Money, Words], str]] = {
    Step.SHOP_REFUND: lambda amount, words: words(
        "Do not refund again: the shop has not answered about {amount}.", amount=amount
    ),
    Step.STRIPE_REFUND: lambda amount, words: words(
        "Do not refund again: Stripe has not answered about {amount}.", amount=amount
    ),
    Step.BOOKING: lambda amount, words: words(
        "Do not book again: the shop has not answered about {amount}.", amount=amount
    ),
    Step.CREDIT: lambda amount, words: words(
        "Do not give another credit: the shop has not answered about {amount}.", amount=amount
    ),
}
REPEATS = {
    False: N_("We looked twice and found nothing, so it goes out once more now."),
    True: N_("Stripe shows nothing, so the same request goes out again. It cannot pay twice."),
}


def _next(progress: Progress, words: Words) -> str:
    """When the next look is, until when it may still happen, and what follows then."""
    if progress.next_at is None:
        return ""
    look = words("Next look at {time}.", time=hour(progress.next_at, words))
    if progress.step is Step.STRIPE_REFUND:
        then = words("If Stripe shows nothing, the same request goes out again. It cannot pay twice.")
        return f"{look} {then}"
    until = progress.open_until
    if until is None or progress.next_at >= until:
        return f"{look} {words(THEN[progress.once_more])}"
    return f"{look} {words(UNTIL[progress.once_more], time=hour(until, words))}"


THEN = {
    True: N_("If nothing shows then either, it goes out once more."),
    False: N_("If nothing shows then either, a person is asked to look."),
}
UNTIL = {
    True: N_("It may still happen until {time}. If nothing shows by then, it goes out once more."),
    False: N_("It may still happen until {time}. If nothing shows by then, a person is asked to look."),
}


def needs_person(v: Values, case: ReturnCase, words: Words) -> str:
    """What to look for and where, what to press, and who may."""
    asked = case.open_resolution
    assert asked is not None
    step = asked.progress.step if asked.progress else Step.SHOP_REFUND
    why = sentence(words, asked.why, asked.why_values) if asked.why else ""
    first = headed(HAND, QUESTIONS[step](asked.amount, words), why)
    return lines(first, *_places(asked, step, case, words), _then(asked, step, words))


QUESTIONS: Mapping[Step, Callable[[Money, Words], str]] = {
    Step.SHOP_REFUND: lambda amount, words: words("Please look: was {amount} paid back?", amount=amount),
    Step.STRIPE_REFUND: lambda amount, words: words("Please look: was {amount} paid back?", amount=amount),
    Step.BOOKING: lambda amount, words: words("Please look: did the shop book {amount}?", amount=amount),
    Step.CREDIT: lambda amount, words: words("Please look: did the shop make the credit?", amount=amount),
}


def _places(asked: CaseResolution, step: Step, case: ReturnCase, words: Words) -> list[str]:
    number, reference = inert(case.order.number, 30), code(asked.reference)
    order = link(case.order.store_url, f"#{number}") if case.order.store_url else f"#{number}"
    rows = words(
        "In the shop, order {order}: a refund that begins with {reference}.", order=order, reference=reference
    )
    if step is Step.CREDIT:
        rows = words("In the shop, Marketing, Coupons: one described {reference}.", reference=reference)
    if step in (Step.BOOKING, Step.CREDIT):
        return [f"• {rows}"]
    return [f"• {rows}", f"• {_at_bank(asked, case, words)}"]


def _at_bank(asked: CaseResolution, case: ReturnCase, words: Words) -> str:
    """The gateway's own pages, and the payment to look for there."""
    title = inert(case.order.payment_title or case.order.payment_method, 60)
    payment = case.order.payment_intent or case.order.transaction_id
    since = moment(asked.decided_at, words)
    values = {"title": title, "amount": asked.amount, "time": since}
    if not payment:
        return words("At {title}: a refund of {amount} since {time}.", **values)
    values["payment"] = code(payment)
    return words("At {title}, payment {payment}: a refund of {amount} since {time}.", **values)


def _then(asked: CaseResolution, step: Step, words: Words) -> str:
    """Which button says what, and that one of them takes a second person."""
    found = words("Found: press “{found}” and copy its number.", found=words(FOUND[step]).rstrip("…"))
    none = words(
        "Not found: “{none}”. That takes another person than {who}.",
        none=words(NONE[step]),
        who=mention(asked.by),
    )
    return lines(found, none)


FOUND: Mapping[Step, str] = {
    Step.SHOP_REFUND: N_("It was refunded…"),
    Step.STRIPE_REFUND: N_("It was refunded…"),
    Step.BOOKING: N_("It is booked…"),
    Step.CREDIT: N_("The credit is there…"),
}
NONE: Mapping[Step, str] = {
    Step.SHOP_REFUND: N_("Not refunded: try once more"),
    Step.STRIPE_REFUND: N_("Not refunded: try once more"),
    Step.BOOKING: N_("Not booked: try once more"),
    Step.CREDIT: N_("No credit: try once more"),
}
PAID_ANOTHER_WAY, ASK_AGAIN = N_("Paid another way…"), N_("Ask the bank once more")


def found_label(asked: CaseResolution, words: Words) -> str:
    """The button of somebody who found it done, or did it another way."""
    if asked.came_back:
        return words(PAID_ANOTHER_WAY)
    return words(FOUND[asked.progress.step if asked.progress else Step.SHOP_REFUND])


def none_label(asked: CaseResolution, words: Words) -> str:
    """The button of somebody who looked and found nothing."""
    if asked.came_back:
        return words(ASK_AGAIN)
    return words(NONE[asked.progress.step if asked.progress else Step.SHOP_REFUND])


def bank_returned(v: Values, case: ReturnCase, words: Words) -> str:
    """The customer has no money: what the bank said, and what to do."""
    bank: Bank = v["bank"]
    said = words("Pay {amount} another way: the bank gave it back.", amount=v["amount"])
    press = words("Then press “{paid}”.", paid=words(PAID_ANOTHER_WAY).rstrip("…"))
    first = headed(STOP, said, reason_of(bank, words), words("The customer has no money yet."))
    return lines(first, f"{press} {code(bank.refund_id)}")


def bank_pending(v: Values, case: ReturnCase, words: Words) -> str:
    """Asked for and not yet certain."""
    bank: Bank = v["bank"]
    title = inert(case.order.payment_title or case.order.payment_method, 60)
    said = words("On its way: {amount} to {title}.", amount=v["amount"], title=title)
    return headed(BANK, said, reason_of(bank, words), words("We keep asking the bank."), code(bank.refund_id))


def not_booked(v: Values, _case: ReturnCase, words: Words) -> str:
    """Paid, and missing in the shop's books."""
    said = words("Enter {amount} in the shop: its books do not show it.", amount=v["amount"])
    how = words(
        "The customer has the money. A manual refund with {reference} as its reason sets it right.",
        reference=code(v["reference"]),
    )
    return headed(WARNING, said, how)


def reason_of(bank: Bank, words: Words) -> str:
    """What the bank says, in words."""
    if bank.undecided:
        return words(PENDING.get(bank.reason or bank.status, UNCONFIRMED))
    known = FAILED.get(bank.reason)
    return words(known) if known else words("The bank gives no reason.")


UNCONFIRMED = N_("The bank has not confirmed it yet.")

# Stripe's words for why a refund is pending, and why it failed: https://docs.stripe.com/refunds
PENDING: Mapping[str, str] = {
    "processing": N_("The bank is working on it."),
    "insufficient_funds": N_("The balance at Stripe is too low: it goes out once there is money."),
    "charge_pending": N_("It goes out once the payment itself has arrived."),
    "requires_action": N_("The customer has to answer an e-mail from Stripe first."),
}
FAILED: Mapping[str, str] = {
    "lost_or_stolen_card": N_("The card was reported lost or stolen."),
    "expired_or_canceled_card": N_("The card has expired or was cancelled."),
    "charge_for_pending_refund_disputed": N_("The customer disputed the payment meanwhile."),
    "insufficient_funds": N_("The balance at Stripe was too low."),
    "declined": N_("The bank declined it."),
    "merchant_request": N_("It was called off in Stripe."),
}
