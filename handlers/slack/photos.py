"""Photos below the card: brought to Slack unseen, then shown together, once.

Slack shows files a while after it said yes, and now and then never; after a lost answer nobody knows. So the
desk keeps the ids of what it brought, asks Slack by them whether they are shown, waits, asks again, and only
then brings them once more. What it cannot know is whether a file it asked for a minute ago, twice looked for
and not there, will be shown later all the same: then it is there twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from blocks.photos import PhotoWords, photo_words
from bot.desk import Desk
from bot.desk.cases import load_case
from bot.desk.photo_thread import Album, album_of, say_in_thread
from bot.desk.photos import photo_bytes
from bot.errors import GatewayError, NotFound, OutcomeUnknown, Refused, Unreachable
from bot.operations import Task
from handlers.slack.calls import called
from handlers.slack.posts import without_card
from handlers.slack.transfer import upload
from store import returns
from store.db import reading
from store.models import Card

log = logging.getLogger(__name__)

SHOWING = 15.0  # seconds Slack usually takes at most to show what it said yes to
KEEPS = timedelta(hours=1)  # how long Slack surely keeps what was brought and is not shown
LATER = 45.0  # seconds until the second look
UNKNOWN_FILES = frozenset({"file_not_found", "file_deleted"})


def bring(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Prepare ``slack.photos``: bring the photos to Slack, where nobody sees them yet; their ids.

    Every second attempt only looks, and what was never asked to be shown is not brought twice.
    """
    album = album_of(desk, task)
    _card_of(desk, task)
    try:
        if task.attempt % 2 or _is_ready(desk, task) or _shown(client, task):
            return {}
        brought = _brought(desk, client, task, album)
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e
    except (Unreachable, Refused) as e:
        raise _told(desk, task, e) from e
    batch = {"files": brought, "attempt": task.attempt, "at": desk.now().isoformat()}
    return {"batches": [*_batches(task), batch]}


def show(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.photos``: show in the thread what was brought, unless it is there already."""
    brought: Sequence[Mapping[str, str]] = _batches(task)[-1]["files"]
    if not brought:
        return {"files": []}
    if task.attempt > 1 and (there := _shown(client, task)):
        return {"files": there}
    if task.attempt % 2 == 0:
        raise OutcomeUnknown("the photos are not in the thread yet", retry_after=LATER)
    task.guard()
    _share(desk, client, task, brought)
    if _is_missing(client, task):
        raise OutcomeUnknown("Slack said yes and does not show the photos yet", retry_after=SHOWING)
    return {"files": [one["id"] for one in brought]}


def _batches(task: Task) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = task.baseline.get("batches", ())
    return found


def _is_ready(desk: Desk, task: Task) -> bool:
    """Whether what was brought last is there still and was surely never shown: the channel was closed."""
    last = _batches(task)[-1:]
    if not last or last[0]["attempt"] != task.attempt:
        return False
    return desk.now() - datetime.fromisoformat(last[0]["at"]) < KEEPS


def _brought(desk: Desk, client: WebClient, task: Task, album: Album) -> list[dict[str, str]]:
    """What could be read, at Slack; about the rest something is said in the thread."""
    assert task.return_id is not None
    case = load_case(desk, task.return_id)
    read = [_read(desk, task, name) for name in album.names]
    if None in read:
        _say(desk, task, "photos_gone", count=read.count(None))
    there = [data for data in read if data is not None]
    names = [photo_words(case, place, len(there), desk.words) for place in range(1, len(there) + 1)]
    return [_bring_one(desk, client, *one) for one in zip(there, names, strict=True)]


def _read(desk: Desk, task: Task, name: str) -> bytes | None:
    try:
        return photo_bytes(desk, name)
    except NotFound:
        return None
    except GatewayError as e:
        _say(desk, task, "photos_away")
        raise Unreachable(f"photos cannot be read: {e.detail}") from e


def _bring_one(desk: Desk, client: WebClient, data: bytes, words: PhotoWords) -> dict[str, str]:
    """The file's name is ours: what the customer called it is not even kept."""
    promised = called(
        client.files_getUploadURLExternal,
        filename=words.file,
        length=len(data),
        alt_txt=words.description,
    )
    upload(str(promised["upload_url"]), data, desk.settings)
    return {"id": str(promised["file_id"]), "title": words.title}


def _share(desk: Desk, client: WebClient, task: Task, brought: Sequence[Mapping[str, str]]) -> None:
    card = _card_of(desk, task)
    try:
        called(
            client.files_completeUploadExternal,
            files=[dict(one) for one in brought],
            channel_id=card.channel,
            thread_ts=card.ts,
            initial_comment=_heading(desk, task, len(brought)),
        )
    except OutcomeUnknown as e:
        raise OutcomeUnknown(e.detail, code=e.code, retry_after=SHOWING) from e
    except Refused as e:
        raise _told(desk, task, without_card(desk, card, e)) from e
    except Unreachable as e:
        raise _told(desk, task, e) from e


def _heading(desk: Desk, task: Task, count: int) -> str:
    assert task.return_id is not None
    case = load_case(desk, task.return_id)
    return photo_words(case, 1, count, desk.words, author=album_of(desk, task).author).heading


def _shown(client: WebClient, task: Task) -> list[str]:
    """The ids of a batch that is in a thread, empty where none is."""
    for batch in _batches(task):
        if any(_is_shown(client, one["id"]) for one in batch["files"]):
            return [one["id"] for one in batch["files"]]
    return []


def _is_shown(client: WebClient, file_id: str) -> bool:
    """Whether Slack shows this file anywhere. Raises Unreachable where that cannot be seen."""
    try:
        file: Mapping[str, Any] = called(client.files_info, file=file_id)["file"]
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e
    except Refused as e:
        if e.code in UNKNOWN_FILES:
            return False
        raise Unreachable(e.detail) from e
    return bool(file.get("shares"))


def _is_missing(client: WebClient, task: Task) -> bool:
    """Whether Slack, having said yes, does not show them; where it cannot be asked, its yes has to do."""
    try:
        return not _shown(client, task)
    except Unreachable as e:
        log.info("whether the photos of %s are shown cannot be seen: %s", task.key, e.detail)
        return False


def _card_of(desk: Desk, task: Task) -> Card:
    assert task.return_id is not None
    with reading(desk.engine) as session:
        card = returns.card_of(session, task.return_id)
    if card is None:
        raise Unreachable("the card is not posted yet")
    return card


def _told(desk: Desk, task: Task, error: GatewayError) -> GatewayError:
    """The error, once the team knows of it where only people can help."""
    if error.code == "missing_scope":
        _say(desk, task, "photos_forbidden")
    elif isinstance(error, Refused):
        _say(desk, task, "photos_refused", code=error.code)
    return error


def _say(desk: Desk, task: Task, kind: str, **values: Any) -> None:
    assert task.return_id is not None
    place = task.key.rpartition("/")[2]
    say_in_thread(desk, task.return_id, f"{kind}-{place}", kind, **values)
