"""One Web API call while it is being answered: its token, its arguments, its limits, its echo to the app."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.core import Core, Token
from bot.sandbox.slack.errors import ApiError, missing
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.rates import POSTS_PER_CHANNEL

PAGE = 100


@dataclass
class ApiCall:
    """What a method gets to see. ``after`` holds events to send once the answer is out."""

    core: Core
    method: str
    token: Token
    arguments: dict[str, Any]
    after: list[dict[str, Any]] = field(default_factory=list)
    base_url: str = ""

    def need(self, name: str) -> Any:
        """A required argument; its absence is invalid_arguments."""
        value = self.arguments.get(name)
        if value in (None, ""):
            raise missing(name)
        return value

    def flag(self, name: str) -> bool:
        """A boolean argument, as forms spell them."""
        return str(self.arguments.get(name, "")).lower() in ("1", "true")

    def scope(self, name: str) -> None:
        """Refuse unless the token has this scope."""
        if name not in self.token.scopes:
            raise ApiError("missing_scope", needed=name, provided=",".join(sorted(self.token.scopes)))

    def limit(self, channel: str) -> None:
        """Refuse when this channel has had too many posts within a short time."""
        if self.core.settings.rate_limits:
            wait = self.core.rates.wait_for(f"post {channel}", *POSTS_PER_CHANNEL, self.core.now())
            if wait:
                raise ApiError("ratelimited", retry_after=wait)

    def echo(self, event: Callable[[Core, Message], dict[str, Any]], message: Message) -> None:
        """Let the app hear of what it did itself, if it is in that conversation."""
        inside = self.core.bot_user in self.core.channels[message.channel].members
        if self.core.settings.echoes and inside:
            self.after.append(event(self.core, message))

    def page(self, items: list[Any], *, usual: int = PAGE) -> tuple[list[Any], dict[str, Any]]:
        """One page of a list and its response_metadata; cursors are opaque to the caller."""
        wanted = str(self.arguments.get("limit") or usual)
        if not wanted.isdigit():
            raise ApiError("invalid_limit")
        size = min(int(wanted), 1000)
        cursor = str(self.arguments.get("cursor") or "start:0")
        head, _, number = cursor.partition(":")
        if head != "start" or not number.isdigit():
            raise ApiError("invalid_cursor")
        begin = int(number)
        more = begin + size < len(items)
        following = f"start:{begin + size}" if more else ""
        return items[begin : begin + size], {"response_metadata": {"next_cursor": following}}
