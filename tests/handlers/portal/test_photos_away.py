"""Photos in a bucket that comes and goes: customers are told in words, and nothing they wrote is lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.desk.photos import UNSENT, sweep_photos
from bot.errors import Unreachable
from bot.sandbox.serving import Service
from tests.bot.gateways.bucket import KEY, REGION, SECRET, Bucket
from tests.handlers.conftest import Door
from tests.handlers.portal.uploading import Browser, a_door, a_picture, messages, photos, somebody_talking


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def door(engine: Engine, bucket: Bucket) -> Iterator[Door]:
    with Service(bucket.app()) as service:
        given = {
            "photo_bucket": f"{service.url}/photos",
            "photo_bucket_key": KEY,
            "photo_bucket_secret": SECRET,
            "photo_bucket_region": REGION,
        }
        with a_door(engine, **given) as door:
            yield door


@pytest.fixture
def talking(door: Door) -> Browser:
    return somebody_talking(door)


def test_a_photo_in_a_bucket_is_served_by_the_desk_alone(talking: Browser, bucket: Bucket) -> None:
    assert talking.say("", ("bowl.jpg", a_picture())).status_code == 303
    (photo,) = photos(talking.door)
    assert set(bucket.objects) == {f"{photo.name}.jpg", f"{photo.name}-small.jpg"}
    page = talking.get(talking.talk).text
    assert f'src="/returns/photos/{photo.name}?small"' in page
    assert talking.door.world.desk.settings.photo_bucket not in page
    shown = talking.get(f"/returns/photos/{photo.name}")
    assert (shown.status_code, shown.content) == (200, bucket.objects[f"{photo.name}.jpg"])


@pytest.mark.parametrize("answer", [(503, "SlowDown"), (403, "AccessDenied"), (404, "NoSuchBucket")])
def test_while_photos_cannot_be_kept_the_text_stays_and_is_sent_once_they_can(
    talking: Browser, bucket: Bucket, answer: tuple[int, str]
) -> None:
    bucket.answer = answer
    shown = talking.say("It has a crack", ("bowl.jpg", a_picture()))
    assert shown.status_code == 422
    assert "Your photo could not be kept just now. Please try again in a few minutes." in shown.text
    assert "It has a crack</textarea>" in shown.text
    assert answer[1] not in shown.text
    assert (photos(talking.door), messages(talking.door)) == ([], [])
    bucket.answer = None
    assert talking.say("It has a crack", ("bowl.jpg", a_picture()), page=shown.text).status_code == 303
    assert (len(photos(talking.door)), len(messages(talking.door))) == (1, 1)


def test_without_a_photo_everything_works_while_the_bucket_is_away(talking: Browser, bucket: Bucket) -> None:
    bucket.answer = (503, "SlowDown")
    assert talking.say("Hello").status_code == 303
    assert len(messages(talking.door)) == 1


def test_a_photo_that_cannot_be_had_now_is_answered_so_and_the_page_stands(
    talking: Browser, bucket: Bucket
) -> None:
    talking.say("", ("bowl.jpg", a_picture()))
    bucket.answer = (503, "SlowDown")
    shown = talking.get(f"/returns/photos/{photos(talking.door)[0].name}")
    assert (shown.status_code, shown.text) == (503, "This photo cannot be shown at the moment.")
    assert talking.get(talking.talk).status_code == 200
    bucket.answer, bucket.objects = None, {}
    assert talking.get(f"/returns/photos/{photos(talking.door)[0].name}").status_code == 404


def test_what_was_never_sent_leaves_the_bucket_once_it_answers_again(
    talking: Browser, bucket: Bucket
) -> None:
    talking.say(" ", ("bowl.jpg", a_picture()), ("wrong.jpg", b"x"))
    clock = talking.door.world.clock
    clock.pass_(seconds=(UNSENT + timedelta(minutes=1)).total_seconds())
    bucket.answer = (503, "SlowDown")
    with pytest.raises(Unreachable):
        sweep_photos(talking.door.world.desk)
    assert len(bucket.objects) == 2
    bucket.answer = None
    sweep_photos(talking.door.world.desk)
    assert (bucket.objects, photos(talking.door)) == ({}, [])
