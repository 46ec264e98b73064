"""Which effects on the shop there are, and who carries each out. Slack is added by the doors."""

from collections.abc import Mapping
from functools import partial

from sqlmodel import Session

from bot.desk import Desk, steps
from bot.desk.changes import BY_A_PERSON, ORDER, redraw
from bot.desk.credits_balance import hold_credit, perform_balance, settle_balance
from bot.desk.erasure import erasure_performers
from bot.desk.letters import MAIL, NOTE
from bot.desk.mails import perform_mail, settle_mail
from bot.desk.notes import perform_note, prepare_note, settle_note
from bot.desk.orders import perform_poll, perform_refresh
from bot.desk.orders_marks import POLL
from bot.desk.portal_links import LOOK_UP, perform_look_up
from bot.operations import Performer
from bot.resolutions import (
    BOOK,
    CANCEL_ORDER,
    CHECKOUT,
    CHECKOUT_WATCH,
    COUPON,
    CREDIT_BALANCE,
    EXPIRE,
    GIFT_CARD,
    GIVE_BACK,
    LATE_BOOK,
    PAYOUT,
    REFUND,
    RELEASE,
    REPLACE,
    RESTOCK,
    WATCH,
)
from bot.resolutions.booking import Books
from bot.resolutions.collection import Collection, GivingBack
from bot.resolutions.gift_card import GiftCardCredits
from bot.resolutions.late_booking import LateBooks
from bot.resolutions.payout import KEY_LIVES, Payouts, Watch
from bot.resolutions.replacement import CallOff, Release, Replacements
from bot.resolutions.restocking import Shelf
from bot.resolutions.store_credit import Credits
from store import returns
from store.models import Operation


def shop_performers(desk: Desk) -> Mapping[str, Performer]:
    """Kind of operation to how it is carried out."""
    return {**_money(desk), **_exchange(desk), **_other(desk)}


def _money(desk: Desk) -> Mapping[str, Performer]:
    books = Books(desk.shop, desk.payments)
    secret = desk.settings.secret_key.get_secret_value()
    coupons, cards, shelf = Credits(desk.shop, secret), GiftCardCredits(desk.shop, secret), Shelf(desk.shop)
    payouts, watch = Payouts(desk.shop, desk.payments), Watch(desk.payments)
    late = LateBooks(desk.shop, desk.now)
    settle, moved = partial(steps.settle, desk), partial(_draw_again, desk)
    booking = Performer(books.send, settle, books.prepare, books.probe, moved=moved, hold=hold)
    return {
        REFUND: booking,
        BOOK: booking,
        PAYOUT: Performer(payouts.send, settle, payouts.prepare, payouts.probe, KEY_LIVES, moved, hold),
        LATE_BOOK: Performer(late.send, settle, late.prepare, late.probe, hold=hold),
        WATCH: Performer(watch.send, settle, hold=hold),
        COUPON: Performer(coupons.send, settle, coupons.prepare, coupons.probe, moved=moved, hold=hold),
        GIFT_CARD: Performer(cards.send, settle, cards.prepare, cards.probe, moved=moved, hold=hold),
        CREDIT_BALANCE: Performer(
            partial(perform_balance, desk), partial(settle_balance, desk), hold=hold_credit, overwrites=True
        ),
        RESTOCK: Performer(shelf.send, settle, shelf.prepare, shelf.probe, hold=hold),
    }


def _exchange(desk: Desk) -> Mapping[str, Performer]:
    replacements, release, call_off = Replacements(desk.shop), Release(desk.shop), CallOff(desk.shop)
    collection, back = Collection(desk.payments), GivingBack(desk.payments)
    settle = partial(steps.settle, desk)
    return {
        REPLACE: Performer(replacements.send, settle, replacements.prepare, replacements.probe, hold=hold),
        RELEASE: Performer(release.send, settle, release.prepare, release.probe, hold=hold),
        CANCEL_ORDER: Performer(call_off.send, settle, call_off.prepare, call_off.probe, hold=hold),
        CHECKOUT: Performer(collection.ask, settle, hold=hold),
        CHECKOUT_WATCH: Performer(collection.look, settle, hold=hold),
        EXPIRE: Performer(collection.close, settle, hold=hold),
        GIVE_BACK: Performer(back.send, settle, back.prepare, back.probe, KEY_LIVES, hold=hold),
    }


def hold(session: Session, operation: Operation) -> None:
    """Lock the return an operation is about, and its order."""
    if operation.return_id is not None:
        returns.locked_with_order(session, operation.return_id)


def _draw_again(desk: Desk, session: Session, operation: Operation) -> None:
    """The card says when something goes out that was put off."""
    assert operation.return_id is not None
    redraw(session, operation.return_id, desk.now(), urgency=BY_A_PERSON)


def _other(desk: Desk) -> Mapping[str, Performer]:
    return {
        MAIL: Performer(partial(perform_mail, desk), partial(settle_mail, desk), hold=hold),
        NOTE: Performer(
            partial(perform_note, desk), partial(settle_note, desk), partial(prepare_note, desk), hold=hold
        ),
        ORDER: Performer(partial(perform_refresh, desk)),
        POLL: Performer(partial(perform_poll, desk)),
        LOOK_UP: Performer(partial(perform_look_up, desk)),
        **erasure_performers(desk),
    }
