"""Photos of customers: accept, attach, read, forget. What is kept was drawn anew; see ``bot.pictures``.

The bytes are kept before the row, and the row before anything refers to it; nothing outside is asked within
a transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from hashlib import sha256

from sqlmodel import Session

from bot.desk import Desk
from bot.errors import Blocked, GatewayError, InvalidInput, NotFound
from bot.gateways.photo_store import GONE, new_name, small
from bot.pictures import Picture, redraw
from store import photos, returns, talk
from store.db import reading, writing
from store.portal_models import Photo

UNSENT = timedelta(hours=24)  # how long a photo is kept that was sent with nothing
GIGABYTE = 1_000_000_000


def accept(
    desk: Desk, order_id: int, data: bytes, *, line_id: int | None = None, return_id: int | None = None
) -> Photo:
    """Keep a picture for an order, not yet part of anything; the same one twice is kept once.

    ``return_id`` is the return it is meant for, where there is one: its photos are counted, not its order's.
    Raises InvalidInput, field ``photo``, or Blocked where photos cannot be kept now; then nothing is kept.
    """
    with reading(desk.engine) as session:
        _check_room(desk, session, order_id, return_id)
        _check_place(desk, session)
    picture = redraw(data, desk.settings.photo_megabytes)
    photo = _row(desk, picture, order_id, line_id)
    with reading(desk.engine) as session:
        known = photos.same_unsent(session, photo)
    if known is not None:
        return known
    _keep(desk, photo.name, picture)
    return _write_down(desk, photo, return_id)


def attach(
    session: Session, order_id: int, return_id: int, names: Collection[str], message_id: int | None = None
) -> Sequence[Photo]:
    """Give a return, or a message of it, its photos, as far as they are of its order and of nothing else."""
    found = talk.free_photos(session, order_id, return_id, names) if names else ()
    for photo in found:
        photo.return_id, photo.message_id = return_id, message_id
        session.add(photo)
    session.flush()
    return found


def photo_bytes(desk: Desk, name: str, *, small_one: bool = False) -> bytes:
    """The JPEG of a photo, or its small one. Raises NotFound, or GatewayError where it cannot be had now."""
    try:
        return desk.photos.get(small(name) if small_one else name)
    except GatewayError as e:
        if e.code == GONE:
            raise NotFound("This photo is no longer there.") from e
        raise


def photo_of(desk: Desk, order_id: int, return_id: int | None, name: str) -> Photo:
    """A photo of this order; of this return and of those not sent yet, where one is named.

    Raises NotFound, whether there is no such photo or it is somebody else's.
    """
    with reading(desk.engine) as session:
        photo = photos.named(session, order_id, name)
    if photo is None or (return_id is not None and photo.return_id not in (None, return_id)):
        raise NotFound("This photo is no longer there.")
    return photo


def photos_of_return(desk: Desk, return_id: int) -> Sequence[Photo]:
    """The photos that came with the return itself, not with a message of it, oldest first."""
    with reading(desk.engine) as session:
        return photos.of_return(session, return_id)


def unsent(desk: Desk, order_id: int, names: Collection[str]) -> Sequence[str]:
    """Those of these photos that are of this order and were sent with nothing yet, oldest first."""
    if not names:
        return ()
    with reading(desk.engine) as session:
        return photos.unsent(session, order_id, names)


def forget(desk: Desk, return_id: int) -> None:
    """Remove every photo of a return, the rows first. Raises GatewayError; the sweep then does the rest."""
    with writing(desk.engine) as session:
        gone = photos.remove_of_return(session, return_id)
    _remove(desk, gone)


def sweep_photos(desk: Desk) -> None:
    """Remove photos that were sent with nothing for a day, and bytes nobody wrote down.

    Raises GatewayError where the photos' place does not answer; the next sweep finds the rest.
    """
    before = desk.now() - UNSENT
    with writing(desk.engine) as session:
        gone = photos.remove_unsent(session, before)
    _remove(desk, gone)
    kept = set(desk.photos.names(before))
    with reading(desk.engine) as session:
        known = photos.all_names(session)
    for name in kept - known - {small(one) for one in known}:
        desk.photos.delete(name)


def _row(desk: Desk, picture: Picture, order_id: int, line_id: int | None) -> Photo:
    return Photo(
        name=new_name(),
        order_id=order_id,
        line_id=line_id,
        size=len(picture.jpeg) + len(picture.thumbnail),
        width=picture.width,
        height=picture.height,
        digest=sha256(picture.jpeg).hexdigest(),
        taken_at=desk.now(),
    )


def _keep(desk: Desk, name: str, picture: Picture) -> None:
    try:
        desk.photos.put(small(name), picture.thumbnail)
        desk.photos.put(name, picture.jpeg)
    except GatewayError as e:
        raise Blocked(
            "Your photo could not be kept just now. Please try again in a few minutes.", field="photo"
        ) from e


def _write_down(desk: Desk, photo: Photo, return_id: int | None) -> Photo:
    """Two that arrive at once are counted one after the other; the bytes of one too many are swept up."""
    with writing(desk.engine) as session:
        if returns.locked_order(session, photo.order_id) is None:
            raise NotFound("There is no such order.")
        _check_room(desk, session, photo.order_id, return_id)
        session.add(photo)
    return photo


def _check_room(desk: Desk, session: Session, order_id: int, return_id: int | None) -> None:
    most = desk.settings.photos_per_return
    if photos.count(session, order_id, return_id) >= most:
        raise InvalidInput("There are already {most} photos: no more can be added.", field="photo", most=most)


def _check_place(desk: Desk, session: Session) -> None:
    """Looks at every row, so it is asked while nobody waits for us; some that arrive at once may pass it."""
    if photos.bytes_kept(session) >= desk.settings.photo_gigabytes * GIGABYTE:
        raise InvalidInput(
            "No more photos can be kept at the moment. Please describe it in words.", field="photo"
        )


def _remove(desk: Desk, names: Iterable[str]) -> None:
    for name in names:
        desk.photos.delete(name)
        desk.photos.delete(small(name))
