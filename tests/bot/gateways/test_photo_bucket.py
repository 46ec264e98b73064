"""Photos in a bucket: signed, kept, found again, and every way it may not answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.errors import Refused, Unreachable
from bot.gateways.photo_bucket import PhotoBucket
from bot.gateways.photo_store import GONE, new_name, small
from bot.sandbox.faults import Fault, Faults, Faulty
from bot.sandbox.serving import Service
from tests.bot.gateways.bucket import KEY, REGION, SECRET, Bucket

NOW = datetime.now(UTC)


@pytest.fixture
def there() -> Bucket:
    return Bucket()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def bucket(there: Bucket, faults: Faults) -> Iterator[PhotoBucket]:
    with Service(Faulty(there.app(), faults, "bucket")) as service:
        store = PhotoBucket(f"{service.url}/photos", KEY, SECRET, REGION)
        yield store
        store.transport.close()


def test_what_was_put_is_got_until_it_is_deleted(bucket: PhotoBucket, there: Bucket) -> None:
    name = new_name()
    bucket.put(name, b"\xff\xd8 large")
    bucket.put(small(name), b"\xff\xd8 little")
    assert (bucket.get(name), bucket.get(small(name))) == (b"\xff\xd8 large", b"\xff\xd8 little")
    assert set(there.objects) == {f"{name}.jpg", f"{name}-small.jpg"}
    assert set(there.kinds.values()) == {"image/jpeg"}
    bucket.delete(name)
    bucket.delete(name)
    with pytest.raises(Refused) as refused:
        bucket.get(name)
    assert refused.value.code == GONE


def test_names_are_read_page_by_page_and_only_those_of_ours(bucket: PhotoBucket, there: Bucket) -> None:
    names = {new_name() for _ in range(5)}
    for name in names:
        bucket.put(name, b"x")
    there.objects["backup/of somebody & else.jpg"] = b"theirs"
    assert set(bucket.names(NOW)) == names
    assert list(bucket.names(datetime(2019, 1, 1, tzinfo=UTC))) == []


@pytest.mark.parametrize("wrong", [{"key": "AKIAOTHER"}, {"secret": "other"}, {"region": "us-east-1"}])
def test_a_wrong_key_secret_or_region_is_refused_by_name(
    bucket: PhotoBucket, there: Bucket, wrong: dict[str, str]
) -> None:
    given = {"key": KEY, "secret": SECRET, "region": REGION} | wrong
    other = PhotoBucket(bucket.address, **given)
    with pytest.raises(Refused) as refused:
        other.put(new_name(), b"x")
    assert refused.value.detail == "the bucket of photos answers 403 SignatureDoesNotMatch"
    assert there.objects == {}
    assert given["secret"] not in repr(other)


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ((403, "AccessDenied"), Refused, "AccessDenied"),
        ((404, "NoSuchBucket"), Refused, "NoSuchBucket"),
        ((301, "PermanentRedirect"), Refused, "PermanentRedirect"),
        ((500, "InternalError"), Unreachable, ""),
        ((503, "SlowDown"), Unreachable, ""),
        ((429, "TooManyRequests"), Unreachable, ""),
    ],
)
def test_what_the_bucket_says_is_an_error_that_repeats_its_code_alone(
    bucket: PhotoBucket, there: Bucket, answer: tuple[int, str], error: type[Refused], code: str
) -> None:
    there.answer = answer
    name = new_name()
    for deed in (lambda: bucket.put(name, b"x"), lambda: bucket.get(name), lambda: bucket.delete(name)):
        with pytest.raises(error) as raised:
            deed()
        assert (raised.value.code, "canary" in raised.value.detail) == (code, False)
    with pytest.raises(error):
        bucket.names(NOW)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER])
def test_a_connection_that_breaks_is_unreachable_and_may_be_tried_again(
    bucket: PhotoBucket, faults: Faults, fault: Fault
) -> None:
    name = new_name()
    faults.plan("bucket", fault, times=1)
    with pytest.raises(Unreachable, match="the bucket of photos"):
        bucket.put(name, b"x")
    bucket.put(name, b"x")
    assert bucket.get(name) == b"x"


def test_nobody_at_the_address_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="no connection to the bucket of photos"):
        PhotoBucket("http://127.0.0.1:9/photos", KEY, SECRET, REGION).put(new_name(), b"x")


@pytest.mark.parametrize("name", ["", "../other", "a" * 31, "x?list-type=2"])
def test_a_name_that_is_none_of_ours_is_never_asked_for(
    bucket: PhotoBucket, there: Bucket, name: str
) -> None:
    for deed in (bucket.get, bucket.delete, lambda one: bucket.put(one, b"x")):
        with pytest.raises(Refused):
            deed(name)
    assert there.asked == []
