"""One way to call Slack from the worker: its answers become the journal's words for what is known."""

import http.client
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.config import Settings
from bot.errors import OutcomeUnknown, Refused, Unreachable

log = logging.getLogger(__name__)

PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
LOCKED_OUT = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)  # nothing is wrong with what was asked: it can be done once an admin has let the app in again
CODE = re.compile("[a-z][a-z0-9_]*")  # the SDK puts whole pages where a proxy answered in Slack's place
USUAL_PAUSE, LONGEST_PAUSE = 30.0, 600.0  # seconds
AFTER_A_LOCK = 60.0


def open_client(settings: Settings) -> WebClient:
    """A client that repeats nothing by itself: after a lost answer, Slack may have posted already."""
    return WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[],
    )


def called(method: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
    """Slack's answer. Raises Refused with Slack's error code, Unreachable with its pause, OutcomeUnknown."""
    try:
        return method(**arguments)
    except SlackApiError as e:
        raise _said(e) from e
    except ConnectionRefusedError as e:
        raise Unreachable(f"Slack: {e}") from e
    except URLError as e:
        kind = Unreachable if isinstance(e.reason, ConnectionRefusedError) else OutcomeUnknown
        raise kind(f"Slack: {e.reason}") from e
    except (OSError, http.client.HTTPException, SlackClientError) as e:
        raise OutcomeUnknown(f"Slack: {e}") from e


def _said(error: SlackApiError) -> Exception:
    response = error.response
    said = str(response.get("error", "")) if hasattr(response, "get") else ""
    code = said if CODE.fullmatch(said) else ""
    status = getattr(response, "status_code", 0)
    if status == 429 or code == "ratelimited":
        pause = _pause(str(getattr(response, "headers", {}).get("Retry-After", "")))
        return Unreachable("Slack asks to slow down", code="ratelimited", retry_after=pause)
    if code in LOCKED_OUT:
        log.error("Slack does not let the app in: %s", code)
        return Unreachable(f"Slack: {code}", code=code, retry_after=AFTER_A_LOCK)
    if status >= 500 or not code or code in PASSING:
        return OutcomeUnknown(f"Slack: {code or status}", code=code)
    return Refused(f"Slack: {code}", code=code)


def _pause(asked: str) -> float:
    """The seconds to wait. A proxy may say nothing, a date or a year where Slack says a few seconds."""
    return min(max(float(asked), 1.0), LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else USUAL_PAUSE
