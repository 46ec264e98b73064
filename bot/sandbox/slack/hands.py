"""What a person does with blocks: click, choose, type, open menus, submit, close; what Slack does next."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import payloads
from bot.sandbox.slack.api_files import put_up
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Post
from bot.sandbox.slack.elements import all_options
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.inputs import (
    FIELDS,
    TYPED,
    action_json,
    chosen_value,
    complaints,
    first_values,
    parts,
    pick,
)
from bot.sandbox.slack.messages import Message, Values
from bot.sandbox.slack.opening import (
    close_all,
    close_view,
    draw,
    push_view,
    refuse_bad_view,
    top_view,
)
from bot.sandbox.slack.outcome import Answer, Result
from bot.sandbox.slack.views import View

Target = Message | View
Json = dict[str, Any]
MOST_FILES, LARGEST_FILE = 10, 10_000_000  # Slack's reference of the file input
TROUBLE = "We had some trouble connecting. Try again?"


class NotThere(LookupError):
    """A person cannot click what they do not see; the text names what they looked for."""


def find(target: Target, action_id: str, block_id: str = "", value: str = "") -> tuple[Json, Json]:
    """The one element with this action_id; block_id or a button's value tell several apart."""
    blocks = target.blocks if isinstance(target, View) else target.all_blocks
    every = list(parts(blocks))
    found = [
        (block, element)
        for block, element in every
        if element["action_id"] == action_id
        and block_id in ("", block["block_id"])
        and value in ("", element.get("value"))
    ]
    if len(found) != 1:
        known = [(block["block_id"], element["action_id"]) for block, element in every]
        raise NotThere(
            f"{len(found)} elements {action_id!r} (block {block_id!r}, value {value!r}) among {known}"
        )
    return found[0]


@dataclass(frozen=True)
class Hands:
    """One workspace's people at their keyboards."""

    core: Core
    post: Post

    def click(
        self, user: str, target: Target, action_id: str, *, block_id: str, value: str, confirm: bool
    ) -> Result:
        """Press a button; a dialogue that asks first is agreed to, or with ``confirm=False`` refused."""
        with self.core.lock:
            self._look(user, target)
            block, element = find(target, action_id, block_id, value)
        if element["type"] in FIELDS or element["type"] == "overflow":
            raise NotThere(f"{action_id!r} is a {element['type']}, not a button; choose or type instead")
        return self._act(user, target, block, element, {}, confirm=confirm)

    def choose(
        self, user: str, target: Target, action_id: str, wanted: Any, *, block_id: str, confirm: bool
    ) -> Result:
        """Pick options, people, dates. Outside of input blocks, and where asked for, the app hears of it."""
        with self.core.lock:
            self._look(user, target)
            block, element = find(target, action_id, block_id)
            if element["type"] == "overflow":
                fragment: Json = {"selected_option": pick(element["options"], str(wanted))}
            else:
                offered = target.offered.get((block["block_id"], action_id), [])
                fragment = chosen_value(element, wanted, offered)
                self._values(user, target)[block["block_id"], action_id] = fragment
                self.core.touch()
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Result(view=target if isinstance(target, View) else None)
        return self._act(user, target, block, element, fragment, confirm=confirm)

    def choose_files(
        self, user: str, view: View, action_id: str, files: list[tuple[str, bytes]], *, block_id: str
    ) -> Result:
        """Put files up in a modal's field, by name and content, in place of those that were there."""
        with self.core.lock:
            self._look(user, view)
            block, element = find(view, action_id, block_id)
            if element["type"] != "file_input":
                raise NotThere(f"{action_id!r} is a {element['type']}, no place for files")
            if len(files) > element.get("max_files", MOST_FILES):
                raise NotThere(f"at most {element['max_files']} files")
            if any(not _is_taken(element, name, content) for name, content in files):
                raise NotThere("a file of another type, an empty one, or one of more than 10 MB")
            put = [put_up(self.core, user, name, content) for name, content in files]
            key = (block["block_id"], element["action_id"])
            view.values[key] = {"type": "file_input", "files": put}
            self.core.touch()
        return Result(view=view)

    def type_text(
        self, user: str, target: Target, action_id: str, text: str, *, block_id: str, enter: bool
    ) -> Result:
        """Type into a field; the app hears of it if the block asks for that, at each change or at Enter."""
        with self.core.lock:
            self._look(user, target)
            block, element = find(target, action_id, block_id)
            if element["type"] not in TYPED:
                raise NotThere(f"{action_id!r} is a {element['type']}, nothing can be typed there")
            fragment = chosen_value(element, text, [])
            self._values(user, target)[block["block_id"], action_id] = fragment
            self.core.touch()
        if not _hears(block, element, enter=enter):
            return Result(view=target if isinstance(target, View) else None)
        return self._act(user, target, block, element, fragment, confirm=True)

    def open_menu(self, user: str, target: Target, action_id: str, typed: str, *, block_id: str) -> Result:
        """See the options of a menu; one with outside data asks the app."""
        with self.core.lock:
            self._look(user, target)
            block, element = find(target, action_id, block_id)
        if "external" not in element["type"]:
            return Result(options=all_options(element))
        if len(typed) < element.get("min_query_length", 3):
            return Result()
        name = block["block_id"]
        answer = self.post.deliver(
            "interactive", payloads.suggestion(self.core, target, user, (name, action_id), typed)
        )
        options = _options_of(answer)
        with self.core.lock:
            target.offered[name, action_id] = options
        warning = "" if answer.acked else "No results"
        return Result(answer=answer, options=options, warning=warning)

    def submit(self, user: str, view: View, values: dict[Any, Any]) -> Result:
        """Fill fields and press the modal's submit button; wrong input is stopped before anything is sent."""
        with self.core.lock:
            self._look(user, view)
            if not view.body.get("submit"):
                raise NotThere("this modal has no submit button")
            for name, wanted in values.items():
                self._fill(view, name, wanted)
            wrong = complaints(view.blocks, view.values)
            view.errors = wrong
            self.core.touch()
            if wrong:
                return Result(errors=wrong, view=view)
            payload = payloads.submission(self.core, view)
        answer = self.post.deliver("interactive", payload)
        with self.core.lock:
            return self._follow(view, answer)

    def close(self, user: str, view: View, *, everything: bool) -> Result:
        """Press Cancel on the top modal, or leave all of them at once; the app hears of it if it asked to."""
        with self.core.lock:
            self._look(user, view)
            closed = list(reversed(self.core.stacks[user])) if everything else [view.id]
            notify = [
                payloads.closing(self.core, self.core.views[name], cleared=everything)
                for name in closed
                if self.core.views[name].body.get("notify_on_close")
            ]
            if everything:
                close_all(self.core, user)
            else:
                close_view(self.core, view)
        answers = [self.post.deliver("interactive", payload) for payload in notify]
        return Result(answer=answers[0] if answers else None, view=top_view(self.core, user))

    def _look(self, user: str, target: Target) -> None:
        """Nobody can touch what is not in front of them."""
        person = self.core.users[user]
        if person.deleted:
            raise NotThere(f"{user} is deactivated and sees nothing")
        if isinstance(target, View):
            stack = self.core.stacks.get(user) or [""]
            if target.id != stack[-1] and target is not self.core.homes.get(user):
                raise NotThere(f"{user} does not have this view in front of them")
            return
        channel = self.core.channels[target.channel]
        here = self.core.message(target.channel, target.ts) is target
        if not here or user not in channel.members or target.to not in ("", user):
            raise NotThere(f"{user} does not see the message {target.ts}")

    def _values(self, user: str, target: Target) -> Values:
        if isinstance(target, View):
            return target.values
        return target.values.setdefault(user, first_values(target.all_blocks))

    def _act(
        self, user: str, target: Target, block: Json, element: Json, fragment: Json, *, confirm: bool
    ) -> Result:
        asked = element.get("confirm")
        if asked and not confirm:
            return Result(confirm=asked)
        with self.core.lock:
            chosen = {name: value for name, value in fragment.items() if name != "type"}
            action = action_json(block, element, chosen, self.core.next_ts())
            if isinstance(target, View):
                payload = payloads.view_click(self.core, target, [action])
            else:
                self._values(user, target)
                payload = payloads.message_click(self.core, user, target, [action])
        answer = self.post.deliver("interactive", payload)
        warning = "" if answer.acked else TROUBLE
        if warning:
            self.core.notice(user, warning)
        return Result(answer=answer, view=top_view(self.core, user), warning=warning, confirm=asked)

    def _fill(self, view: View, name: Any, wanted: Any) -> None:
        block_id, action_id = name if isinstance(name, tuple) else ("", name)
        named = [block["block_id"] for block, _ in parts(view.blocks)]
        if isinstance(name, str) and name in named:
            block, element = next(pair for pair in parts(view.blocks) if pair[0]["block_id"] == name)
        else:
            block, element = find(view, action_id, block_id)
        key = (block["block_id"], element["action_id"])
        view.values[key] = chosen_value(element, wanted, view.offered.get(key, []))

    def _follow(self, view: View, answer: Answer) -> Result:
        """Do what the answer to a submission says: close, clear, update, push, or show errors."""
        if not answer.acked:
            self.core.notice(view.user, TROUBLE)
            return Result(answer=answer, view=view, warning=TROUBLE)
        body = answer.body if isinstance(answer.body, dict) else {}
        action = body.get("response_action", "")
        try:
            warning = self._apply(view, str(action), body)
        except ApiError as refusal:
            warning = f"{TROUBLE} ({refusal.error}: {refusal.more.get('errors', '')})"
        if warning:
            self.core.notice(view.user, warning)
        errors = view.errors if action == "errors" else {}
        return Result(answer=answer, view=top_view(self.core, view.user), errors=errors, warning=warning)

    def _apply(self, view: View, action: str, body: Json) -> str:
        if action == "":
            close_view(self.core, view)
        elif action == "clear":
            close_all(self.core, view.user)
        elif action == "errors":
            return self._show_errors(view, body.get("errors") or {})
        elif action == "update":
            refuse_bad_view(self.core, body.get("view"), "modal", known=view.id)
            draw(self.core, view, body["view"])
        elif action == "push":
            refuse_bad_view(self.core, body.get("view"), "modal")
            push_view(self.core, view.user, body["view"])
        else:
            return f"{TROUBLE} (unknown response_action {action!r})"
        return ""

    def _show_errors(self, view: View, errors: dict[str, str]) -> str:
        fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        unknown = [name for name in errors if name not in fields]
        if unknown or not errors:
            return f"{TROUBLE} (errors for {unknown} which are no input blocks)"
        view.errors = dict(errors)
        self.core.touch()
        return ""


def _is_taken(element: Json, name: str, content: bytes) -> bool:
    """What Slack's client lets through: the type goes by the name alone."""
    types = element.get("filetypes") or []
    ending = name.rpartition(".")[2].lower()
    return 0 < len(content) <= LARGEST_FILE and (not types or ending in types)


def _hears(block: Json, element: Json, *, enter: bool) -> bool:
    if not block.get("dispatch_action"):
        return False
    config = element.get("dispatch_action_config") or {"trigger_actions_on": ["on_enter_pressed"]}
    moments = config["trigger_actions_on"]
    return "on_character_entered" in moments or (enter and "on_enter_pressed" in moments)


def _options_of(answer: Answer) -> list[Json]:
    body = answer.body if answer.acked and isinstance(answer.body, dict) else {}
    grouped = [option for group in body.get("option_groups") or [] for option in group["options"]]
    return [*(body.get("options") or []), *grouped]
