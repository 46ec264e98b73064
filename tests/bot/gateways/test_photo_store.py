"""The folder of photos: private, whole or not at all, and deaf to names that are none of ours."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import Refused, Unreachable
from bot.gateways.photo_store import GONE, PhotoFolder, new_name, small

SOON = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> PhotoFolder:
    return PhotoFolder(tmp_path / "below" / "photos")


def test_what_was_put_is_got_until_it_is_deleted(folder: PhotoFolder) -> None:
    name = new_name()
    folder.put(name, b"large")
    folder.put(small(name), b"little")
    assert (folder.get(name), folder.get(small(name))) == (b"large", b"little")
    folder.delete(name)
    folder.delete(name)
    with pytest.raises(Refused) as refused:
        folder.get(name)
    assert refused.value.code == GONE
    assert folder.get(small(name)) == b"little"


def test_nobody_else_on_the_machine_may_read_photos(folder: PhotoFolder) -> None:
    before = os.umask(0)
    try:
        folder.put(new_name(), b"private")
    finally:
        os.umask(before)
    (file,) = folder.folder.iterdir()
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../secret", "/etc/passwd", "a" * 300, "a" * 31, "A" * 32, "\0" * 32, "a" * 32 + "\n"],
)
def test_a_name_that_is_none_of_ours_leads_nowhere(folder: PhotoFolder, name: str) -> None:
    folder.folder.parent.mkdir()
    (folder.folder.parent / "secret.jpg").write_bytes(b"secret")
    for deed in (folder.get, folder.delete, lambda one: folder.put(one, b"x")):
        with pytest.raises(Refused):
            deed(name)
    assert [path.name for path in folder.folder.parent.rglob("*")] == ["secret.jpg"]


def test_names_are_of_photos_from_before_and_what_was_left_unfinished_is_removed(folder: PhotoFolder) -> None:
    name = new_name()
    folder.put(name, b"1")
    (folder.folder / f"{new_name()}.jpg.0badcafe.part").write_bytes(b"half")
    (folder.folder / "note.txt").write_bytes(b"somebody's")
    assert list(folder.names(SOON)) == [name]
    assert list(folder.names(SOON - timedelta(days=2))) == []
    assert sorted(path.suffix for path in folder.folder.iterdir()) == [".jpg", ".txt"]


def test_a_folder_that_is_not_there_yet_has_no_photos(folder: PhotoFolder) -> None:
    assert list(folder.names(SOON)) == []


def test_a_place_that_cannot_be_written_is_unreachable_and_says_no_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = PhotoFolder(tmp_path / "file" / "photos")
    with pytest.raises(Unreachable) as away:
        folder.put(new_name(), b"x")
    assert str(tmp_path) not in str(away.value)
