"""A tiny app for the page's tests: it posts cards in the product's manner, opens a box, and draws it anew."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.sandbox.server import Sandbox
from bot.sandbox.serving import Service
from tests.browser.cards import CARDS, HOME, TEXT, box
from tests.sandbox.slack.pieces import door_app, plain

Json = dict[str, Any]
MANIFEST: Json = {
    "display_information": {"name": "Returns Desk"},
    "features": {
        "slash_commands": [
            {"command": "/returns", "description": "Find returns", "usage_hint": "1042 | pending | help"}
        ],
        "shortcuts": [
            {
                "name": "Find the return",
                "type": "message",
                "callback_id": "find_return",
                "description": "Looks",
            }
        ],
    },
}
WORDS = (
    ("pending", "what waits today"),
    ("extend 5567 15 reason…", "move a deadline"),
    ("help", "show this"),
)


class FakeBot:
    """Connects to a sandbox as an app does. ``heard`` keeps what reached its listeners."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client = WebClient(token=sandbox.bot_token, base_url=sandbox.slack_api_url, retry_handlers=[])
        self.bolt = App(
            client=self.client, signing_secret=sandbox.signing_secret, process_before_response=True
        )
        self.heard: list[Json] = []
        self._listen()
        self.service = Service(door_app(self.bolt))

    def __enter__(self) -> "FakeBot":
        self.service.start()
        self.sandbox.connect(self.service.url)
        self.sandbox.install(MANIFEST, WORDS)
        for color, blocks in CARDS:
            self.post(color, blocks)
        return self

    def __exit__(self, *_: object) -> None:
        self.service.stop()

    def post(self, color: str, blocks: list[Json], **more: Any) -> str:
        """Post a card; its ts."""
        attachments = [{"color": color, "blocks": blocks, "fallback": "A return"}]
        posted = self.client.chat_postMessage(
            channel=self.sandbox.channel_id, text="", attachments=attachments, **more
        )
        return str(posted["ts"])

    def _listen(self) -> None:
        bolt = self.bolt
        bolt.action("take")(self._take)
        bolt.action("box")(self._open)
        bolt.action("method")(self._redraw)
        bolt.action("more")(self._note)
        bolt.action("push")(self._push)
        bolt.view("box")(self._submit)
        bolt.command("/returns")(self._command)
        bolt.event("app_home_opened")(self._home)
        bolt.event("message")(self._event)
        bolt.event("user_change")(self._event)
        bolt.shortcut("find_return")(self._note)
        bolt.options("replacement")(self._options)

    def _note(self, ack: Ack, body: Json) -> None:
        ack()
        self.heard.append(body)

    def _event(self, body: Json) -> None:
        self.heard.append(body)

    def _take(self, ack: Ack, body: Json) -> None:
        ack()
        self.heard.append(body)
        message = body["message"]
        blocks = message["attachments"][0]["blocks"]
        blocks[0]["text"]["text"] = blocks[0]["text"]["text"].replace(
            "New, nobody has taken it", f"Taken by <@{body['user']['id']}>"
        )
        self.client.chat_update(
            channel=body["channel"]["id"],
            ts=message["ts"],
            text="",
            attachments=[{"color": "#1565C0", "blocks": blocks, "fallback": "A return"}],
        )
        self.client.chat_postMessage(
            channel=body["channel"]["id"], thread_ts=message["ts"], text="It is yours now."
        )
        self.client.chat_postEphemeral(
            channel=body["channel"]["id"], user=body["user"]["id"], text="You have taken *RMA-1043*."
        )

    def _open(self, ack: Ack, body: Json) -> None:
        ack()
        self.client.views_open(trigger_id=body["trigger_id"], view=box("gateway"))

    def _redraw(self, ack: Ack, body: Json) -> None:
        ack()
        view = body["view"]
        method = body["actions"][0]["selected_option"]["value"]
        self.client.views_update(view_id=view["id"], hash=view["hash"], view=box(method))

    def _push(self, ack: Ack, body: Json) -> None:
        ack()
        view = {"type": "modal", "title": plain("Are you sure"), "close": plain("Back"), "blocks": [TEXT]}
        self.client.views_push(trigger_id=body["trigger_id"], view=view)

    def _submit(self, ack: Ack, body: Json) -> None:
        self.heard.append(body)
        amount = body["view"]["state"]["values"]["amount"]["amount"]["value"]
        if amount == "99":
            ack(response_action="errors", errors={"amount": "At most 66.00 EUR is left."})
        else:
            ack()

    def _command(self, ack: Ack, body: Json) -> None:
        self.heard.append(body)
        ack(text=f"You asked for “{body['text']}”.")

    def _options(self, ack: Ack, body: Json) -> None:
        ack(options=[{"text": plain(f"Hoodie, {size}"), "value": size} for size in ("M", "L", "XL")])

    def _home(self, body: Json) -> None:
        view = {"type": "home", "blocks": HOME}
        self.client.views_publish(user_id=body["event"]["user"], view=view)
