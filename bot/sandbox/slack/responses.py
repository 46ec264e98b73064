"""What an app says back outside the Web API: at a response_url, or in the answer to a slash command."""

from typing import Any

from bot.sandbox.slack.core import RESPONSE_SECONDS, RESPONSE_USES, Core, ResponseUrl
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.posting import app_author, edit, post, refuse_bad_message, remove

Json = dict[str, Any]


def respond(core: Core, name: str, body: Any) -> tuple[int, Json]:
    """Take what was posted to a response_url; answers HTTP status and body."""
    with core.lock:
        place = core.response_urls.get(name)
        if place is None or (core.now() - place.made).total_seconds() > RESPONSE_SECONDS:
            return 404, {"ok": False, "error": "expired_url"}
        if place.uses >= RESPONSE_USES:
            return 404, {"ok": False, "error": "used_url"}
        try:
            say(core, place, body if isinstance(body, dict) else {})
        except ApiError as refusal:
            return 400, {"ok": False, "error": refusal.error, **refusal.more}
        place.uses += 1
        return 200, {"ok": True}


def say(core: Core, place: ResponseUrl, body: Json) -> None:
    """Show an answer: in place of the message it answers, for one person, or for the whole channel."""
    original = core.message(place.channel, place.message_ts) if place.message_ts else None
    if body.get("delete_original"):
        if original is not None:
            remove(core, original)
        return
    refuse_bad_message(core, body)
    if body.get("replace_original") and original is not None:
        edit(core, original, {"text": "", "blocks": [], "attachments": [], **body})
        return
    here = body.get("response_type") == "in_channel"
    thread = body.get("thread_ts") or (place.thread_ts if not here else None)
    shown = {**body, "thread_ts": thread}
    post(core, place.channel, app_author(core), shown, to="" if here else place.user)
