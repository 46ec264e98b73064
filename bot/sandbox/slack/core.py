"""The sandbox Slack's memory: one lock, one clock, one change counter; it serves and sends nothing."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.outcome import Answer
from bot.sandbox.slack.people import Channel, Group, User
from bot.sandbox.slack.rates import Rates
from bot.sandbox.slack.seed import APP, BOT, BOT_USER, Cast, small_shop
from bot.sandbox.slack.views import View

Clock = Callable[[], datetime]

TRIGGER_SECONDS = 3.0
RESPONSE_USES, RESPONSE_SECONDS = 5, 1800

BOT_SCOPES = (
    "app_mentions:read channels:history channels:join channels:read chat:write commands files:read "
    "files:write groups:history groups:read im:history im:read im:write mpim:read reactions:read "
    "reactions:write team:read usergroups:read users:read users:read.email"
)


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


@dataclass
class Token:
    """A key to the Web API; ``trouble`` is the error it earns once it is no longer good."""

    kind: str  # "bot" or "app"
    scopes: set[str]
    trouble: str = ""


@dataclass
class Trigger:
    """A trigger_id: whose click made it, when, and whether it was spent."""

    user: str
    made: datetime
    spent: bool = False


@dataclass
class ResponseUrl:
    """What a response_url leads to: a place, a person, perhaps a message; five uses in thirty minutes."""

    channel: str
    user: str
    made: datetime
    message_ts: str = ""
    thread_ts: str = ""
    uses: int = 0


@dataclass
class StoredFile:
    """An upload, from the promise of a place to the shared file."""

    id: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)
    complete: bool = False
    alt: str = ""
    user: str = ""  # who put it up; the app where it is empty
    shares: dict[str, list[str]] = field(default_factory=dict)  # channel -> the messages it stands in
    deleted: bool = False
    address: str = ""  # what url_private says instead of the truth
    moved_to: str = ""  # where its true address redirects to


@dataclass(frozen=True)
class Call:
    """One Web API call, for tests that count them; ``error`` is empty when it went well."""

    method: str
    arguments: dict[str, Any]
    error: str
    at: datetime


@dataclass(frozen=True)
class Settings:
    """How this Slack is set up; what ``reset()`` leaves alone."""

    request_url: str = ""
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - a sandbox has no secrets
    bot_token: str = "xoxb-sandbox"  # noqa: S105
    app_token: str = "xapp-sandbox"  # noqa: S105
    scopes: str = BOT_SCOPES
    clock: Clock = utc_now
    rate_limits: bool = True
    cast: Callable[[], Cast] = small_shop
    ack_seconds: float = 3.0  # how long Slack waits for an answer; tests may shorten it
    trigger_seconds: float = TRIGGER_SECONDS  # how long a press can open a modal
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    echoes: bool = True  # whether the app hears its own messages as events, as Slack lets it
    verification_token: str = "sandbox-verification-token"  # noqa: S105


class Core:
    """Everything the sandbox remembers. Change it only under ``lock`` and call ``touch()`` afterwards."""

    app_id, bot_id, bot_user = APP, BOT, BOT_USER

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.request_url = settings.request_url
        self.base_url = "http://127.0.0.1"  # learnt from the first request that reaches us
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = 0
        self.reset()

    def reset(self) -> None:
        """Back to the cast as it was at the start; settings, address and the version's growth stay."""
        with self.lock:
            cast = self.settings.cast()
            self.team = cast.team
            self.users: dict[str, User] = {user.id: user for user in cast.users}
            self.channels: dict[str, Channel] = {channel.id: channel for channel in cast.channels}
            self.groups: dict[str, Group] = {group.id: group for group in cast.groups}
            self.tokens = self._tokens()
            self.messages: dict[str, list[Message]] = {name: [] for name in self.channels}
            self.views: dict[str, View] = {}
            self.stacks: dict[str, list[str]] = {}
            self.homes: dict[str, View] = {}
            self.triggers: dict[str, Trigger] = {}
            self.response_urls: dict[str, ResponseUrl] = {}
            self.files: dict[str, StoredFile] = {}
            self.upload_base = ""  # where uploads are sent instead of here
            self.dropped_shares = 0  # how many uploads are said to be shared and are not
            self.rates = Rates()
            self.notices: dict[str, list[str]] = {}
            self.calls: list[Call] = []
            self.answers: list[Answer] = []
            self.counter = 0
            self.last_moment = 0
            self.touch()

    def _tokens(self) -> dict[str, Token]:
        settings = self.settings
        return {
            settings.bot_token: Token("bot", set(settings.scopes.split())),
            settings.app_token: Token("app", {"connections:write", "authorizations:read"}),
        }

    def touch(self) -> None:
        """Say that something visible changed, and wake whoever waits for it."""
        with self.lock:
            self.version += 1
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], Any], *, seconds: float = 5.0) -> Any:
        """The first true value of ``condition``, asked again after every change, or TimeoutError."""
        deadline = time.monotonic() + seconds
        with self.lock:
            while not (value := condition()):
                rest = deadline - time.monotonic()
                if rest <= 0:
                    raise TimeoutError(f"nothing of the kind happened within {seconds} s")
                self.changed.wait(min(rest, 0.1))
            return value

    def now(self) -> datetime:
        """The moment by this Slack's clock."""
        return self.settings.clock()

    def next_ts(self) -> str:
        """A message timestamp: seconds with six decimals, never the same twice, always growing."""
        with self.lock:
            moment = int(self.now().timestamp() * 1_000_000)
            self.last_moment = max(moment, self.last_moment + 1)
            return f"{self.last_moment // 1_000_000}.{self.last_moment % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An id such as V0000000A1, unique until ``reset()``."""
        with self.lock:
            self.counter += 1
            return f"{prefix}{self.counter:09X}"

    def channel(self, name: str) -> Channel | None:
        """The conversation with this id, or with this name, with or without #."""
        found = self.channels.get(name)
        bare = name.removeprefix("#")
        return found or next((one for one in self.channels.values() if one.name and one.name == bare), None)

    def direct(self, user_id: str) -> Channel:
        """The conversation between the bot and a person, opened if there is none yet."""
        with self.lock:
            known = next((one for one in self.channels.values() if one.user == user_id), None)
            if known is None:
                known = Channel(f"D{user_id[1:]}", "", "im", [user_id, self.bot_user], user=user_id)
                self.channels[known.id] = known
                self.messages[known.id] = []
            return known

    def message(self, channel_id: str, ts: str) -> Message | None:
        """The message at ``ts``, ephemeral ones included."""
        return next((one for one in self.messages.get(channel_id, []) if one.ts == ts), None)

    def replies(self, message: Message) -> list[Message]:
        """The visible answers in the thread below a message, oldest first."""
        return [
            one
            for one in self.messages.get(message.channel, [])
            if one.is_reply and one.thread_ts == message.ts and not one.to
        ]

    def new_trigger(self, user_id: str) -> str:
        """A trigger_id for this person's gesture; it opens one modal within three seconds."""
        with self.lock:
            name = f"{int(self.now().timestamp())}.{self.counter}.{self.new_id('f').lower()}"
            self.triggers[name] = Trigger(user_id, self.now())
            return name

    def new_response_url(self, place: ResponseUrl) -> str:
        """An address at which the app may answer the gesture."""
        with self.lock:
            name = f"{self.team.id}/{self.new_id('9')}/{self.new_id('r').lower()}"
            self.response_urls[name] = place
            return f"{self.base_url}/actions/{name}"

    def notice(self, user_id: str, text: str) -> None:
        """What Slack itself tells a person, such as that the app did not answer."""
        with self.lock:
            self.notices.setdefault(user_id, []).append(text)
            self.touch()
