"""Uploads in three steps: ask for a place, send the bytes there, share the file."""

from typing import Any

from bot.sandbox.slack import events
from bot.sandbox.slack.api_chat import writable
from bot.sandbox.slack.call import ApiCall
from bot.sandbox.slack.core import Core, StoredFile
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.posting import app_author, post

Json = dict[str, Any]


def upload_place(call: ApiCall) -> Json:
    """files.getUploadURLExternal"""
    name, length = str(call.need("filename")), str(call.need("length"))
    if not length.isdigit() or int(length) < 1:
        raise ApiError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] length must be positive"]}
        )
    file = StoredFile(call.core.new_id("F"), name, int(length), title=name)
    call.core.files[file.id] = file
    return {"upload_url": f"{call.base_url}/upload/v1/{file.id}", "file_id": file.id}


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
    for file, one in zip(ready, wanted, strict=True):
        file.complete, file.title = True, str(one.get("title") or file.name)
    _share(call, ready)
    core.touch()
    return {"files": [file_json(core, file, call.base_url) for file in ready]}


def _share(call: ApiCall, files: list[StoredFile]) -> None:
    names = str(call.arguments.get("channels") or call.arguments.get("channel_id") or "")
    for name in filter(None, names.split(",")):
        call.arguments["channel"] = name
        channel = writable(call)
        for file in files:
            file.channels.append(channel.id)
        shared = [file_json(call.core, file, call.base_url) for file in files]
        body = {
            "text": call.arguments.get("initial_comment") or "",
            "thread_ts": call.arguments.get("thread_ts"),
            "files": shared,
            "subtype": "file_share",
        }
        call.echo(events.message_event, post(call.core, channel.id, app_author(call.core), body))


def file_info(call: ApiCall) -> Json:
    """files.info"""
    file = call.core.files.get(str(call.need("file")))
    if file is None or not file.complete:
        raise ApiError("file_not_found")
    return {"file": file_json(call.core, file, call.base_url), "comments": [], **call.page([])[1]}


def file_json(core: Core, file: StoredFile, base_url: str) -> Json:
    """A file as the Web API shows it; its bytes need the token."""
    kind = file.name.rpartition(".")[2].lower()
    private = f"{base_url}/files-pri/{core.team.id}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": int(core.now().timestamp()),
        "timestamp": int(core.now().timestamp()),
        "name": file.name,
        "title": file.title,
        "mimetype": f"image/{kind}" if kind in ("png", "jpg", "jpeg", "gif") else "application/octet-stream",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": core.bot_user,
        "user_team": core.team.id,
        "mode": "hosted",
        "size": file.length,
        "is_external": False,
        "is_public": bool(file.channels),
        "url_private": private,
        "url_private_download": f"{private}?download=1",
        "permalink": f"{core.team.url}files/{core.bot_user}/{file.id}/{file.name}",
        "channels": list(file.channels),
        "groups": [],
        "ims": [],
    }
