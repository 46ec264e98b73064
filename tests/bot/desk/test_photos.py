"""Photos at the desk: what is kept and counted, whose they are, and that nothing is left behind."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.desk import photos
from bot.desk.conversation import customer_says, talk_of
from bot.desk.orders import read_order
from bot.errors import Blocked, InvalidInput, NotFound
from bot.gateways.photo_store import small
from bot.sandbox import shop as shops
from store.db import reading, writing
from store.models import Return
from store.portal_models import Photo
from tests.bot.test_pictures import drawn
from tests.world import World, a_world


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[World]:
    with a_world(engine, photo_folder=str(tmp_path / "photos"), photos_per_return=3) as world:
        yield world


@pytest.fixture
def order(world: World) -> shops.Order:
    order = world.order((world.shop.add_product("Mug", "33.00", stock=5), 1))
    read_order(world.desk, str(order.id))
    return order


def a_picture(shade: int = 0) -> bytes:
    return drawn(size=(60 + shade, 40))


def kept(world: World) -> set[str]:
    folder = Path(world.desk.settings.photo_folder)
    return {path.stem for path in folder.iterdir()} if folder.is_dir() else set()


def rows(world: World) -> list[Photo]:
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Photo)).all())


def test_an_accepted_photo_is_drawn_anew_in_two_sizes_and_belongs_to_the_order(
    world: World, order: shops.Order
) -> None:
    photo = photos.accept(world.desk, order.id, drawn("PNG", (900, 600)), line_id=7)
    assert (photo.order_id, photo.line_id, photo.return_id, photo.message_id) == (order.id, 7, None, None)
    assert (photo.width, photo.height) == (900, 600)
    large, little = (photos.photo_bytes(world.desk, photo.name, small_one=one) for one in (False, True))
    assert large.startswith(b"\xff\xd8")
    assert little.startswith(b"\xff\xd8")
    assert photo.size == len(large) + len(little)
    assert kept(world) == {photo.name, small(photo.name)}


def test_the_same_photo_sent_twice_is_kept_once(world: World, order: shops.Order) -> None:
    first, second = (photos.accept(world.desk, order.id, a_picture()) for _ in range(2))
    assert first.name == second.name
    assert (len(rows(world)), len(kept(world))) == (1, 2)


def test_what_is_no_picture_leaves_nothing(world: World, order: shops.Order) -> None:
    with pytest.raises(InvalidInput):
        photos.accept(world.desk, order.id, b"<html>")
    assert (rows(world), kept(world)) == ([], set())


def test_no_more_photos_are_taken_than_the_settings_allow(world: World, order: shops.Order) -> None:
    for shade in range(3):
        photos.accept(world.desk, order.id, a_picture(shade))
    with pytest.raises(InvalidInput, match="already"):
        photos.accept(world.desk, order.id, a_picture(3))


def test_photos_that_arrive_at_once_are_counted_one_after_the_other(world: World, order: shops.Order) -> None:
    def send(shade: int) -> bool:
        try:
            photos.accept(world.desk, order.id, a_picture(shade))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(send, range(6)))
    assert (sum(taken), len(rows(world))) == (3, 3)


def test_the_photos_of_one_return_leave_room_for_those_of_another(world: World, order: shops.Order) -> None:
    return_id = world.open(order)
    names = [photos.accept(world.desk, order.id, a_picture(shade)).name for shade in range(3)]
    with writing(world.desk.engine) as session:
        assert len(photos.attach(session, order.id, return_id, names)) == 3
    photos.accept(world.desk, order.id, a_picture(9))
    with pytest.raises(InvalidInput, match="already"):
        photos.accept(world.desk, order.id, a_picture(8), return_id=return_id)


def test_a_full_place_is_said_in_words(engine: Engine, tmp_path: Path) -> None:
    with a_world(engine, photo_folder=str(tmp_path / "photos"), photo_gigabytes=1) as world:
        order = world.order((world.shop.add_product("Mug", "33.00", stock=5), 1))
        read_order(world.desk, str(order.id))
        photo = photos.accept(world.desk, order.id, a_picture())
        with writing(world.desk.engine) as session:
            session.get_one(Photo, photo.id).size = photos.GIGABYTE
        with pytest.raises(InvalidInput, match="No more photos"):
            photos.accept(world.desk, order.id, a_picture(1))


def test_where_photos_cannot_be_kept_the_customer_is_asked_to_try_again(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with a_world(engine, photo_folder=str(tmp_path / "file" / "photos")) as world:
        order = world.order((world.shop.add_product("Mug", "33.00", stock=5), 1))
        read_order(world.desk, str(order.id))
        with pytest.raises(Blocked, match="try again"):
            photos.accept(world.desk, order.id, a_picture())
        assert rows(world) == []


def test_a_photo_becomes_part_of_its_own_orders_return_once(world: World, order: shops.Order) -> None:
    other = world.order((world.shop.add_product("Bowl", "12.00", stock=5), 1))
    mine, theirs = world.open(order), world.open(other)
    name = photos.accept(world.desk, order.id, a_picture()).name
    with writing(world.desk.engine) as session:
        assert photos.attach(session, other.id, theirs, [name]) == []
    with writing(world.desk.engine) as session:
        assert [photo.name for photo in photos.attach(session, order.id, mine, [name])] == [name]
    assert [photo.name for photo in photos.photos_of_return(world.desk, mine)] == [name]
    assert photos.unsent(world.desk, order.id, [name]) == []


def test_a_return_is_opened_with_all_of_its_photos_or_not_at_all(world: World, order: shops.Order) -> None:
    name = photos.accept(world.desk, order.id, a_picture()).name
    with pytest.raises(InvalidInput, match="no longer there"):
        world.open(order, photos=(name, "0" * 32))
    with reading(world.desk.engine) as session:
        assert session.exec(select(Return)).all() == []
    return_id = world.open(order, photos=(name,))
    assert [photo.name for photo in photos.photos_of_return(world.desk, return_id)] == [name]


def test_whose_photo_it_is_decides_who_finds_it(world: World, order: shops.Order) -> None:
    other = world.order((world.shop.add_product("Bowl", "12.00", stock=5), 1))
    mine, second = world.open(order), world.open(other)
    name = photos.accept(world.desk, order.id, a_picture()).name
    customer_says(world.desk, mine, "", "nonce", [name])
    assert talk_of(world.desk, mine).lines[-1].photos == (name,)
    assert photos.photo_of(world.desk, order.id, None, name).return_id == mine
    assert photos.photo_of(world.desk, order.id, mine, name).name == name
    for order_id, return_id in ((other.id, None), (order.id, second), (other.id, mine)):
        with pytest.raises(NotFound):
            photos.photo_of(world.desk, order_id, return_id, name)


def test_what_was_sent_with_nothing_is_gone_after_a_day_and_the_rest_stays(
    world: World, order: shops.Order
) -> None:
    return_id = world.open(order)
    sent, lost = (photos.accept(world.desk, order.id, a_picture(shade)).name for shade in (0, 1))
    with writing(world.desk.engine) as session:
        photos.attach(session, order.id, return_id, [sent])
    photos.sweep_photos(world.desk)
    assert len(kept(world)) == 4
    world.clock.pass_(hours=25)
    photos.sweep_photos(world.desk)
    assert kept(world) == {sent, small(sent)}
    assert [row.name for row in rows(world)] == [sent]
    with pytest.raises(NotFound):
        photos.photo_bytes(world.desk, lost)


def test_bytes_nobody_wrote_down_are_swept_up_once_they_are_old(world: World) -> None:
    world.desk.photos.put("a" * 32, b"died before the row")
    world.desk.photos.put("b" * 32, b"being written down")
    file = Path(world.desk.settings.photo_folder) / f"{'a' * 32}.jpg"
    os.utime(file, (0, 0))
    photos.sweep_photos(world.desk)
    assert kept(world) == {"b" * 32}


def test_a_return_that_is_forgotten_takes_its_photos_along(world: World, order: shops.Order) -> None:
    return_id = world.open(order)
    said, loose = (photos.accept(world.desk, order.id, a_picture(shade)).name for shade in (0, 1))
    customer_says(world.desk, return_id, "Look", "nonce", [said])
    photos.forget(world.desk, return_id)
    assert kept(world) == {loose, small(loose)}
    assert [row.name for row in rows(world)] == [loose]
