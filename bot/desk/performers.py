"""Which effects on the shop there are, and who carries each out. Slack is added by the doors."""

from collections.abc import Mapping
from functools import partial

from bot.desk import Desk, steps
from bot.desk.changes import NOTE, ORDER
from bot.desk.notes import perform_note, prepare_note, settle_note
from bot.desk.orders import POLL, perform_poll, perform_refresh
from bot.operations import Performer
from bot.resolutions import BOOK, COUPON, LATE_BOOK, PAYOUT, REFUND, RESTOCK, WATCH
from bot.resolutions.booking import Books
from bot.resolutions.late_booking import LateBooks
from bot.resolutions.payout import KEY_LIVES, Payouts, Watch
from bot.resolutions.restocking import Shelf
from bot.resolutions.store_credit import Credits


def shop_performers(desk: Desk) -> Mapping[str, Performer]:
    """Kind of operation to how it is carried out."""
    return {**_money(desk), **_other(desk)}


def _money(desk: Desk) -> Mapping[str, Performer]:
    books = Books(desk.shop, desk.payments)
    coupons = Credits(desk.shop, desk.settings.secret_key.get_secret_value())
    shelf = Shelf(desk.shop)
    payouts, watch = Payouts(desk.shop, desk.payments), Watch(desk.payments)
    late = LateBooks(desk.shop, desk.now)
    settle = partial(steps.settle, desk)
    booking = Performer(books.send, settle, books.prepare, books.probe)
    return {
        REFUND: booking,
        BOOK: booking,
        PAYOUT: Performer(payouts.send, settle, payouts.prepare, payouts.probe, KEY_LIVES),
        LATE_BOOK: Performer(late.send, settle, late.prepare, late.probe),
        WATCH: Performer(watch.send, settle),
        COUPON: Performer(coupons.send, settle, coupons.prepare, coupons.probe),
        RESTOCK: Performer(shelf.send, settle, shelf.prepare, shelf.probe),
    }


def _other(desk: Desk) -> Mapping[str, Performer]:
    return {
        NOTE: Performer(partial(perform_note, desk), partial(settle_note, desk), partial(prepare_note, desk)),
        ORDER: Performer(partial(perform_refresh, desk)),
        POLL: Performer(partial(perform_poll, desk)),
    }
