"""Uploads in three steps: ask for a place, send the bytes there, share the file."""

from typing import Any
from urllib.parse import quote

from bot.sandbox.slack import events
from bot.sandbox.slack.api_chat import writable
from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.core import Core, StoredFile
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.posting import app_author, post

Json = dict[str, Any]
MIME = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}


def upload_place(call: ApiCall) -> Json:
    """files.getUploadURLExternal"""
    name, length = str(call.need("filename")), str(call.need("length"))
    if not length.isdigit() or int(length) < 1:
        raise ApiError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] length must be positive"]}
        )
    alt = str(call.arguments.get("alt_txt") or "")
    file = StoredFile(call.core.new_id("F"), name, int(length), title=name, alt=alt)
    call.core.files[file.id] = file
    base = call.core.upload_base or call.base_url
    return {"upload_url": f"{base}/upload/v1/{file.id}", "file_id": file.id}


def receive(core: Core, file_id: str, content: bytes) -> tuple[int, str]:
    """Take the bytes of a promised upload; answers the HTTP status and text that Slack gives."""
    with core.lock:
        file = core.files.get(file_id)
        if file is None or file.complete:
            return 404, "not found"
        if len(content) != file.length:
            return 400, f"expected {file.length} bytes, got {len(content)}"
        file.content = content
        return 200, f"OK - {len(content)}"


def complete_upload(call: ApiCall) -> Json:
    """files.completeUploadExternal"""
    core, wanted = call.core, call.need("files")
    stored = [core.files.get(str(one.get("id"))) for one in wanted]
    ready = [file for file in stored if file is not None and file.content is not None]
    if len(ready) != len(stored):
        raise ApiError("file_not_found")
    before = [file.complete for file in ready]
    for file, one in zip(ready, wanted, strict=True):
        file.complete, file.title = True, str(one.get("title") or file.name)
    try:
        _share(call, ready)
    except ApiError:
        for file, was in zip(ready, before, strict=True):
            file.complete = was
        raise
    core.touch()
    return {"files": [file_json(core, file, call.base_url) for file in ready]}


def _share(call: ApiCall, files: list[StoredFile]) -> None:
    names = str(call.arguments.get("channels") or call.arguments.get("channel_id") or "")
    if names and call.core.dropped_shares:
        call.core.dropped_shares -= 1
        return
    for name in filter(None, names.split(",")):
        call.arguments["channel"] = name
        channel = writable(call)
        for file in files:
            file.channels.append(channel.id)
            file.shares.setdefault(channel.id, [])
        shared = [file_json(call.core, file, call.base_url) for file in files]
        body = {
            "text": call.arguments.get("initial_comment") or "",
            "thread_ts": call.arguments.get("thread_ts"),
            "files": shared,
            "subtype": "file_share",
        }
        message = post(call.core, channel.id, app_author(call.core), body)
        for file in files:
            file.shares[channel.id].append(message.ts)
        call.echo(events.message_event, message)


def file_info(call: ApiCall) -> Json:
    """files.info"""
    file = call.core.files.get(str(call.need("file")))
    if file is None or not file.complete:
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    return {"file": file_json(call.core, file, call.base_url), "comments": [], **call.page([])[1]}


def file_json(core: Core, file: StoredFile, base_url: str) -> Json:
    """A file as the Web API shows it; its bytes need the token."""
    kind = file.name.rpartition(".")[2].lower()
    private = file.address or f"{base_url}/files-pri/{core.team.id}-{file.id}/{quote(file.name)}"
    user = file.user or core.bot_user
    return {
        "id": file.id,
        "created": int(core.now().timestamp()),
        "timestamp": int(core.now().timestamp()),
        "name": file.name,
        "title": file.title,
        "mimetype": MIME.get(kind, "application/octet-stream"),
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": user,
        "user_team": core.team.id,
        "mode": "hosted",
        "size": file.length,
        "is_external": False,
        "is_public": bool(file.channels),
        "url_private": private,
        "url_private_download": f"{private}?download=1",
        "permalink": f"{core.team.url}files/{user}/{file.id}/{quote(file.name)}",
        "channels": list(file.channels),
        "groups": [],
        "ims": [],
        "shares": _shares(core, file),
        **({"alt_txt": file.alt} if file.alt else {}),
    }


def _shares(core: Core, file: StoredFile) -> Json:
    """Where it stands, by kind of channel, as far as it still stands there."""
    found: Json = {}
    for name, stamps in file.shares.items():
        kind = "public" if core.channels[name].kind == "channel" else "private"
        there = [{"ts": ts} for ts in stamps if core.message(name, ts) is not None]
        if there:
            found.setdefault(kind, {})[name] = there
    return found


def put_up(core: Core, user: str, name: str, content: bytes) -> Json:
    """A file a person chose in a modal: nobody but they and the app can see it."""
    with core.lock:
        file = StoredFile(core.new_id("F"), name, len(content), name, content, complete=True, user=user)
        core.files[file.id] = file
        core.touch()
        return file_json(core, file, core.base_url)


def delete_file(call: ApiCall) -> Json:
    """files.delete; messages that showed it show it no more"""
    file = call.core.files.get(str(call.need("file")))
    if file is None:
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    if file.user:
        raise ApiError("cant_delete_file")
    file.deleted, file.content = True, None
    for channel, stamps in file.shares.items():
        for message in filter(None, (call.core.message(channel, ts) for ts in stamps)):
            message.files = [one for one in message.files if one["id"] != file.id]
    call.core.touch()
    return {}
