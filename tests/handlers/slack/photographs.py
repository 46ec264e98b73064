"""What tests of photos in Slack hold in their hands: pictures, who sends them, and what the thread shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.desk.conversation import customer_says
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.desk.photos import accept
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message
from bot.sandbox.slack.core import StoredFile
from store.db import open_engine
from store.terms import Reason, Source, Wish
from tests.bot.test_pictures import drawn
from tests.conftest import SqliteFiles
from tests.counter import Counter, Rma, a_counter

COMPLETE = r"files\.completeUploadExternal$"


@contextmanager
def an_office(files: SqliteFiles, folder: Path) -> Iterator[Counter]:
    """A desk whose photos lie in ``folder``."""
    engine = open_engine(files.migrated())
    with a_counter(engine, photo_folder=str(folder)) as counter:
        yield counter
    engine.dispose()


def picture(shade: int = 0) -> bytes:
    """A photo like no other one of its shade."""
    return drawn(size=(60 + shade, 40))


def sends(counter: Counter, rma: Rma, text: str, count: int = 1, shade: int = 0) -> list[str]:
    """The customer sends a message with photos; the photos' names at the desk."""
    desk, order = counter.desk, rma.order.id
    photos = [
        accept(desk, order, picture(shade + number), return_id=rma.return_id) for number in range(count)
    ]
    names = [photo.name for photo in photos]
    customer_says(desk, rma.return_id, text, f"form-{next(counter.count)}", names)
    return names


def asks_with_photos(counter: Counter, count: int = 2) -> Rma:
    """A new return that came with photos; nothing is in Slack yet."""
    order = counter.order()
    snapshot = read_order(counter.desk, str(order.id))
    names = tuple(accept(counter.desk, order.id, picture(number)).name for number in range(count))
    items = tuple(WantedItem(line.line_id, line.quantity, Reason.DAMAGED) for line in snapshot.products)
    key = f"request-{next(counter.count)}"
    request = NewReturn(order.id, Source.INTAKE, key, Wish.REFUND, items, photos=names)
    opened = open_return(counter.desk, request)
    return Rma(counter, opened.return_id, opened.number, order)


def thread(counter: Counter, rma: Rma) -> list[Message]:
    return counter.slack.thread(rma.card)


def albums(counter: Counter, rma: Rma) -> list[Message]:
    """The messages of the thread that show files, oldest first."""
    return [one for one in thread(counter, rma) if one.files]


def files_of(counter: Counter, message: Message) -> list[StoredFile]:
    return [counter.slack.core.files[file["id"]] for file in message.files]


def go_on(counter: Counter, minutes: int = 12) -> None:
    """Let time pass in small steps, so that what is put off comes to its turn."""
    for _ in range(minutes):
        counter.work(minutes=1)


def lose(counter: Counter, fault: Fault, times: int = 1, path: str = COMPLETE) -> None:
    counter.faults.plan("slack", fault, path=path, times=times)
