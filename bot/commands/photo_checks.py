"""Whether photos can be kept: one object is written, read and deleted where they would lie."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.config import Settings
from bot.desk import open_photos
from bot.errors import GatewayError
from bot.findings import Finding, ok, warning, wrong
from bot.gateways.photo_store import GONE, PhotoFolder, PhotoStore, new_name

PROBE = b"written by the doctor, and deleted again"
BUCKET_ADVICE = {
    "SignatureDoesNotMatch": "Copy PHOTO_BUCKET_SECRET anew, and check PHOTO_BUCKET_REGION.",
    "InvalidAccessKeyId": "Copy PHOTO_BUCKET_KEY anew.",
    "AccessDenied": "Let the key write, read, delete and list objects of this bucket.",
    "NoSuchBucket": "Create the bucket, or correct PHOTO_BUCKET.",
    "PermanentRedirect": "Correct PHOTO_BUCKET and PHOTO_BUCKET_REGION: the bucket is in another region.",
    "AuthorizationHeaderMalformed": "Correct PHOTO_BUCKET_REGION.",
    "RequestTimeTooSkewed": "Set this machine's clock.",
}
ANY_ADVICE = "Check PHOTO_BUCKET, its key, secret and region, and this machine's way to it."
FOLDER_ADVICE = "Give the desk's user the right to write there, or set PHOTO_FOLDER to another folder."


def check_photos(settings: Settings) -> Finding:
    """What became of one object of our own."""
    place = open_photos(settings, make_url(settings.database_url))
    if not isinstance(place, PhotoFolder) or place.folder.exists():
        return _check(place)
    try:
        return _check(place)
    finally:
        with suppress(OSError):
            place.folder.rmdir()


def _check(place: PhotoStore) -> Finding:
    found = _try(place)
    if found is not None:
        return found
    if isinstance(place, PhotoFolder) and _is_open(place.folder):
        text = f"{place.folder} can be read by others on this machine"
        return warning("photos", text, f"chmod 700 {place.folder}")
    where = f"folder {place.folder}" if isinstance(place, PhotoFolder) else "bucket"
    return ok("photos", f"{where}: an object was written, read and deleted")


def _try(place: PhotoStore) -> Finding | None:
    """The first step that fails, if one does."""
    name, step = new_name(), "written"
    try:
        place.put(name, PROBE)
        step = "read"
        if place.get(name) != PROBE:
            return wrong("photos", "what is read is not what was written", ANY_ADVICE)
        step = "deleted"
        place.delete(name)
    except GatewayError as e:
        advice = FOLDER_ADVICE if isinstance(place, PhotoFolder) else BUCKET_ADVICE.get(e.code, ANY_ADVICE)
        return wrong("photos", f"an object cannot be {step}: {e.detail}", advice)
    return None if _is_gone(place, name) else wrong("photos", "what was deleted is still there", ANY_ADVICE)


def _is_gone(place: PhotoStore, name: str) -> bool:
    try:
        place.get(name)
    except GatewayError as e:
        return e.code == GONE
    return False


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o077)
