"""What goes on in a workspace: people write, come and go, call commands and shortcuts, open the Home tab."""

import json
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import events, payloads
from bot.sandbox.slack.core import Core, ResponseUrl
from bot.sandbox.slack.delivery import Courier, Post
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.opening import top_view
from bot.sandbox.slack.outcome import Answer, Result
from bot.sandbox.slack.people import Channel
from bot.sandbox.slack.posting import Author, edit, post, remove
from bot.sandbox.slack.responses import say

Json = dict[str, Any]


@dataclass(frozen=True)
class Life:
    """Gestures that are not clicks in blocks, and the events they make."""

    core: Core
    post: Post
    courier: Courier

    def say(self, user: str, channel: str, text: str, *, thread_ts: str, broadcast: bool) -> Result:
        """Write a message; the app hears of it where it is a member, and twice where it is named."""
        with self.core.lock:
            room = self.room(user, channel)
            person = self.core.users[user]
            author = Author(user, person.bot_id, person.app_id)
            body = {"text": text, "thread_ts": thread_ts, "reply_broadcast": broadcast}
            message = post(self.core, room.id, author, body)
            news = []
            if self.core.bot_user in room.members:
                news.append(events.message_event(self.core, message))
                if f"<@{self.core.bot_user}>" in text and room.kind != "im":
                    news.append(events.mention_event(self.core, message))
        return Result(answer=self._tell(*news), message=message)

    def edit(self, message: Message, text: str) -> Result:
        """Change one's own message."""
        with self.core.lock:
            edit(self.core, message, {"text": text})
            news = events.changed_event(self.core, message)
        return Result(answer=self._tell(news), message=message)

    def delete(self, message: Message) -> Result:
        """Take one's own message away."""
        with self.core.lock:
            news = events.deleted_event(self.core, message)
            remove(self.core, message)
        return Result(answer=self._tell(news), message=message)

    def room(self, user: str, channel: str) -> Channel:
        """The conversation a person writes into; "@bot" is the direct message with the app."""
        room = self.core.direct(user) if channel == "@bot" else self.core.channel(channel)
        if room is None or user not in room.members or self.core.users[user].deleted or room.is_archived:
            raise LookupError(f"{user} cannot write into {channel!r}")
        return room

    def command(self, user: str, channel: str, name: str, text: str) -> Result:
        """Call a slash command; what its answer says is shown where it belongs."""
        with self.core.lock:
            room = self.room(user, channel)
            payload = payloads.slash_command(self.core, user, room, name, text)
        answer = self.post.deliver("slash_commands", payload)
        with self.core.lock:
            warning = self._show_reply(user, room, name, answer)
            if warning:
                self.core.notice(user, warning)
            return Result(answer=answer, view=top_view(self.core, user), warning=warning)

    def _show_reply(self, user: str, room: Channel, name: str, answer: Answer) -> str:
        if not answer.acked:
            reason = "operation_timeout" if answer.trouble == "http_timeout" else "dispatch_failed"
            return f"{name} failed with the error “{reason}”"
        body = _command_reply(answer.body)
        if body is None:
            return ""
        try:
            say(self.core, ResponseUrl(room.id, user, self.core.now()), body)
        except ApiError as refusal:
            return f"{name} failed with the error “{refusal.error}”"
        return ""

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Result:
        """Choose the app's shortcut from a message's menu."""
        with self.core.lock:
            payload = payloads.message_shortcut(self.core, user, message, callback_id)
        return self._interact(user, payload)

    def global_shortcut(self, user: str, callback_id: str) -> Result:
        """Choose the app's shortcut from the lightning menu."""
        with self.core.lock:
            payload = payloads.global_shortcut(self.core, user, callback_id)
        return self._interact(user, payload)

    def _interact(self, user: str, payload: Json) -> Result:
        answer = self.post.deliver("interactive", payload)
        warning = "" if answer.acked else "The app did not respond."
        if warning:
            self.core.notice(user, warning)
        return Result(answer=answer, view=top_view(self.core, user), warning=warning)

    def open_home(self, user: str, tab: str) -> Result:
        """Look at the app's Home tab, or its messages."""
        with self.core.lock:
            news = events.home_event(self.core, user, tab)
        answer = self._tell(news)
        return Result(answer=answer, view=self.core.homes.get(user))

    def join(self, user: str, channel: str) -> Result:
        """Come into a channel."""
        return self._move(user, channel, joined=True)

    def leave(self, user: str, channel: str) -> Result:
        """Leave a channel, or be taken out of it."""
        return self._move(user, channel, joined=False)

    def _move(self, user: str, channel: str, *, joined: bool) -> Result:
        with self.core.lock:
            room = self.core.channels[channel]
            told = self.core.bot_user in room.members
            if joined and user not in room.members:
                room.members.append(user)
            elif not joined and user in room.members:
                room.members.remove(user)
            self.core.touch()
            told = told or self.core.bot_user in room.members
            news = events.membership_event(self.core, room, user, joined=joined)
        return Result(answer=self._tell(news) if told else None)

    def change_user(self, user: str, changes: Json) -> Result:
        """Alter a person: ``deleted=True``, ``locale="fr-FR"``, ``is_restricted=True`` and so on."""
        with self.core.lock:
            person = self.core.users[user]
            for name, value in changes.items():
                if not hasattr(person, name):
                    raise AttributeError(f"a user has no {name!r}")
                setattr(person, name, value)
            self.core.touch()
            news = events.user_event(self.core, user)
        return Result(answer=self._tell(news))

    def change_group(self, group_id: str, users: list[str]) -> Result:
        """Give a user group other members."""
        with self.core.lock:
            group = self.core.groups[group_id]
            added = [user for user in users if user not in group.users]
            removed = [user for user in group.users if user not in users]
            group.users = list(users)
            self.core.touch()
            news = events.group_event(self.core, group, added, removed)
        return Result(answer=self._tell(news))

    def react(self, user: str, message: Message, name: str) -> Result:
        """Put an emoji below a message."""
        with self.core.lock:
            users = message.reactions.setdefault(name, [])
            if user not in users:
                users.append(user)
            self.core.touch()
            news = events.reaction_event(self.core, message, user, name)
        return Result(answer=self._tell(news))

    def uninstall(self) -> Result:
        """Take the app out of the workspace: its token dies, and it hears so."""
        self.spoil_token("account_inactive")
        return Result(answer=self._tell(events.uninstall_event(self.core)))

    def spoil_token(self, trouble: str) -> None:
        """Let the bot token earn ``trouble`` from now on; an empty string mends it."""
        with self.core.lock:
            self.core.tokens[self.core.settings.bot_token].trouble = trouble
            self.core.touch()

    def _tell(self, *news: Json) -> Answer | None:
        """Send events and wait for the first attempt of each; the answer to the first event."""
        before = [self.courier.send(event) for event in news]
        for thread in before:
            thread.join()
        sent = [answer for answer in self.core.answers if any(answer.payload is event for event in news)]
        return sent[0] if sent else None


def _command_reply(body: Any) -> Json | None:
    """What a command's answer shows: JSON, or plain words; nothing for an empty body."""
    if isinstance(body, dict):
        return body or None
    words = str(body or "").strip()
    if not words:
        return None
    return json.loads(words) if words.startswith("{") else {"text": words}
