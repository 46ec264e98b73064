"""One Slack workspace with one app in it: what tests and the demo page hold in their hands."""

from typing import Any

from bot.sandbox.slack import snapshot as picture
from bot.sandbox.slack.core import Call, Core, Settings, StoredFile
from bot.sandbox.slack.delivery import Courier, Post
from bot.sandbox.slack.hands import Hands, Target
from bot.sandbox.slack.life import Life
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.opening import top_view
from bot.sandbox.slack.outcome import Answer, Result
from bot.sandbox.slack.posting import remove
from bot.sandbox.slack.sockets import Switchboard
from bot.sandbox.slack.views import View


class Slack:
    """A workspace. Users and channels are named by id (``U01ALICE``), channels also by name."""

    def __init__(self, **settings: Any) -> None:
        """See ``core.Settings`` for what can be set: request_url, tokens, clock, rate_limits and so on."""
        self.core = Core(Settings(**settings))
        self.board = Switchboard(self.core)
        self.post = Post(self.core, self.board)
        self.courier = Courier(self.post)
        self.hands = Hands(self.core, self.post)
        self.life = Life(self.core, self.post, self.courier)

    @property
    def settings(self) -> Settings:
        """Tokens, secret and the other things that stay the same."""
        return self.core.settings

    @property
    def request_url(self) -> str:
        """Where interactions, commands and events are sent; may be set after construction."""
        return self.core.request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self.core.request_url = url

    @property
    def version(self) -> int:
        """Grows with each visible change."""
        return self.core.version

    @property
    def calls(self) -> list[Call]:
        """Every Web API call since ``reset()``."""
        return list(self.core.calls)

    @property
    def answers(self) -> list[Answer]:
        """Every delivery to the app since ``reset()``, with status and milliseconds."""
        return list(self.core.answers)

    def reset(self) -> None:
        """Back to the cast at the start."""
        self.core.reset()

    def close(self) -> None:
        """Stop retrying events."""
        self.courier.close()

    def wait_for(self, condition: Any, *, seconds: float = 5.0) -> Any:
        """The first true value of ``condition()``, asked again after every change, or TimeoutError."""
        return self.core.wait_for(condition, seconds=seconds)

    def snapshot(self, user: str) -> dict[str, Any]:
        """Everything this person sees, as JSON."""
        return picture.snapshot(self.core, user)

    # What there is to see

    def messages(self, channel: str) -> list[Message]:
        """The messages everybody in a channel sees, oldest first, without answers in threads."""
        return [one for one in self._all(channel) if not one.to and not one.is_reply]

    def thread(self, message: Message) -> list[Message]:
        """The answers below a message, oldest first."""
        with self.core.lock:
            return self.core.replies(message)

    def ephemerals(self, user: str, channel: str = "") -> list[Message]:
        """What only this person sees, in one channel or in all."""
        with self.core.lock:
            rooms = [self._id(channel)] if channel else list(self.core.messages)
            return [one for room in rooms for one in self.core.messages[room] if one.to == user]

    def direct(self, user: str) -> list[Message]:
        """The messages between the app and this person."""
        return self.messages(self.core.direct(user).id)

    def message(self, channel: str, ts: str) -> Message | None:
        """The message at ``ts``."""
        return self.core.message(self._id(channel), ts)

    def modal(self, user: str) -> View | None:
        """The modal in front of a person."""
        return top_view(self.core, user)

    def home(self, user: str) -> View | None:
        """The Home tab as it was published for a person."""
        return self.core.homes.get(user)

    def _id(self, channel: str) -> str:
        found = self.core.channel(channel)
        if found is None:
            raise LookupError(f"no channel {channel!r}")
        return found.id

    def _all(self, channel: str) -> list[Message]:
        with self.core.lock:
            return list(self.core.messages[self._id(channel)])

    # What people do with blocks

    def click(
        self,
        user: str,
        target: Target,
        action_id: str,
        *,
        block_id: str = "",
        value: str = "",
        confirm: bool = True,
    ) -> Result:
        """Press a button in a message, a modal or a Home tab."""
        return self.hands.click(user, target, action_id, block_id=block_id, value=value, confirm=confirm)

    def choose(
        self,
        user: str,
        target: Target,
        action_id: str,
        wanted: Any,
        *,
        block_id: str = "",
        confirm: bool = True,
    ) -> Result:
        """Choose from a menu, boxes, buttons, people or dates; a list where several may be chosen."""
        return self.hands.choose(user, target, action_id, wanted, block_id=block_id, confirm=confirm)

    def choose_files(
        self, user: str, action_id: str, *files: tuple[str, bytes], view: View | None = None
    ) -> Result:
        """Put files, as name and content, into a field of the modal on top."""
        place = self._modal(user, view)
        return self.hands.choose_files(user, place, action_id, list(files), block_id="")

    def file(self, name: str) -> StoredFile:
        """The newest file of this name."""
        with self.core.lock:
            return next(one for one in reversed(self.core.files.values()) if one.name == name)

    def delete_file(self, name: str) -> None:
        """Let its owner delete the newest file of this name."""
        self.file(name).deleted = True

    def drop_shares(self, times: int = 1) -> None:
        """Let Slack say of the next uploads that they are shared, and never show them."""
        self.core.dropped_shares = times

    def type_text(
        self, user: str, target: Target, action_id: str, text: str, *, block_id: str = "", enter: bool = False
    ) -> Result:
        """Type into a field, and press Enter if asked to."""
        return self.hands.type_text(user, target, action_id, text, block_id=block_id, enter=enter)

    def open_menu(
        self, user: str, target: Target, action_id: str, typed: str = "", *, block_id: str = ""
    ) -> Result:
        """See a menu's options; an external one asks the app for those that fit ``typed``."""
        return self.hands.open_menu(user, target, action_id, typed, block_id=block_id)

    def submit(self, user: str, view: View | None = None, values: dict[Any, Any] | None = None) -> Result:
        """Fill fields (by action_id, block_id, or both as a pair) and submit the modal on top."""
        return self.hands.submit(user, self._modal(user, view), values or {})

    def close_modal(self, user: str, view: View | None = None, *, everything: bool = False) -> Result:
        """Cancel the modal on top, or leave the whole stack."""
        return self.hands.close(user, self._modal(user, view), everything=everything)

    def _modal(self, user: str, view: View | None) -> View:
        found = view or self.modal(user)
        if found is None:
            raise LookupError(f"{user} has no modal in front of them")
        return found

    # What else goes on

    def say(
        self, user: str, channel: str, text: str, thread_ts: str = "", *, broadcast: bool = False
    ) -> Result:
        """Write into a channel, or to the app with ``"@bot"``; & < > as entities, people as <@U01ALICE>."""
        return self.life.say(user, channel, text, thread_ts=thread_ts, broadcast=broadcast)

    def edit(self, message: Message, text: str) -> Result:
        """Let the author change a message."""
        return self.life.edit(message, text)

    def delete(self, message: Message) -> Result:
        """Let the author take a message away."""
        return self.life.delete(message)

    def command(self, user: str, channel: str, name: str, text: str = "") -> Result:
        """Call a slash command."""
        return self.life.command(user, channel, name, text)

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Result:
        """Choose a shortcut from a message's menu."""
        return self.life.message_shortcut(user, message, callback_id)

    def global_shortcut(self, user: str, callback_id: str) -> Result:
        """Choose a shortcut from the lightning menu."""
        return self.life.global_shortcut(user, callback_id)

    def open_home(self, user: str, tab: str = "home") -> Result:
        """Open the app's Home tab ("home") or its messages ("messages")."""
        return self.life.open_home(user, tab)

    def join(self, user: str, channel: str) -> Result:
        """Come into a channel."""
        return self.life.join(user, self._id(channel))

    def leave(self, user: str, channel: str) -> Result:
        """Leave a channel."""
        return self.life.leave(user, self._id(channel))

    def change_user(self, user: str, **changes: Any) -> Result:
        """Alter a person, for instance ``deleted=True`` or ``locale="fr-FR"``."""
        return self.life.change_user(user, changes)

    def change_group(self, group: str, users: list[str]) -> Result:
        """Give a user group other members."""
        return self.life.change_group(group, users)

    def react(self, user: str, message: Message, name: str) -> Result:
        """Put an emoji below a message."""
        return self.life.react(user, message, name)

    def dismiss(self, message: Message) -> None:
        """Wave an ephemeral message away; reloading the client does the same."""
        remove(self.core, message)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Close a channel for good, or open it again."""
        with self.core.lock:
            self.core.channels[self._id(channel)].is_archived = archived
            self.core.touch()

    # What administrators and outages do

    def spoil_token(self, trouble: str = "token_revoked") -> None:
        """Let the bot token earn an error such as account_inactive from now on; "" mends it."""
        self.life.spoil_token(trouble)

    def uninstall(self) -> Result:
        """Take the app out of the workspace."""
        return self.life.uninstall()

    def limit_scopes(self, scopes: str) -> None:
        """Give the bot token exactly these scopes, separated by blanks."""
        with self.core.lock:
            self.core.tokens[self.settings.bot_token].scopes = set(scopes.split())

    def recycle_sockets(self, reason: str = "refresh_requested") -> None:
        """Make every socket reconnect, as Slack does every few hours; "warning" only announces it."""
        self.board.recycle(reason)

    def drop_sockets(self) -> None:
        """Close every socket without a word, as an outage does."""
        self.board.hang_up()

    def verify_door(self) -> bool:
        """Send url_verification to the door; whether the challenge came back."""
        return self.post.verify_door()
