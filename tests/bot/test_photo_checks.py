"""The doctor's look at the place of photos: it names the step that fails, and leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.commands.photo_checks import check_photos
from bot.config import Settings
from bot.findings import Level
from bot.sandbox.serving import Service
from tests.bot.gateways.bucket import KEY, REGION, SECRET, Bucket


@pytest.fixture
def there() -> Bucket:
    return Bucket()


@pytest.fixture
def given(there: Bucket) -> Iterator[dict[str, Any]]:
    with Service(there.app()) as service:
        yield {
            "photo_bucket": f"{service.url}/photos",
            "photo_bucket_key": KEY,
            "photo_bucket_secret": SECRET,
            "photo_bucket_region": REGION,
        }


def test_a_folder_that_can_be_used_is_well_and_left_empty(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir(mode=0o700)
    found = check_photos(Settings(photo_folder=str(tmp_path / "photos")))
    assert (found.level, found.subject) == (Level.OK, "photos")
    assert list((tmp_path / "photos").iterdir()) == []


def test_without_a_setting_the_folder_lies_beside_the_database(tmp_path: Path) -> None:
    found = check_photos(Settings(database_url=f"sqlite:///{tmp_path}/desk.db"))
    assert f"folder {tmp_path}/returns-desk-photos:" in found.text
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = check_photos(Settings(photo_folder=str(tmp_path / "file" / "photos")))
    assert (found.level, "cannot be written" in found.text) == (Level.WRONG, True)
    assert "PHOTO_FOLDER" in found.advice


def test_a_folder_others_can_read_is_worth_a_warning(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos").chmod(0o755)
    assert check_photos(Settings(photo_folder=str(tmp_path / "photos"))).level is Level.WARNING


def test_a_bucket_that_can_be_used_is_well_and_left_empty(given: dict[str, Any], there: Bucket) -> None:
    assert check_photos(Settings(**given)).level is Level.OK
    assert (there.asked, there.objects) == (["PUT", "GET", "DELETE", "GET"], {})


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        ("AccessDenied", 403, "Let the key write"),
        ("NoSuchBucket", 404, "Create the bucket"),
        ("", 500, "Check"),
    ],
)
def test_what_the_bucket_says_against_it_is_named(
    given: dict[str, Any], there: Bucket, code: str, status: int, advice: str
) -> None:
    there.answer = (status, code)
    found = check_photos(Settings(**given))
    assert (found.level, found.text.startswith("an object cannot be written")) == (Level.WRONG, True)
    assert (code in found.text, found.advice.startswith(advice)) == (True, True)


def test_a_wrong_secret_is_wrong_and_never_repeated(given: dict[str, Any]) -> None:
    found = check_photos(Settings(**given | {"photo_bucket_secret": "another-secret"}))
    assert (found.level, "PHOTO_BUCKET_SECRET" in found.advice) == (Level.WRONG, True)
    assert "another-secret" not in found.text + found.advice


def test_a_bucket_without_its_key_is_named_before_anything_is_opened(given: dict[str, Any]) -> None:
    settings = Settings(photo_bucket=given["photo_bucket"])
    assert {"PHOTO_BUCKET_KEY", "PHOTO_BUCKET_SECRET"} <= set(settings.missing("serve"))
    assert not {"PHOTO_BUCKET_KEY", "PHOTO_BUCKET_SECRET"} & set(Settings().missing("serve"))
