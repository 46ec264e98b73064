"""What the sandbox sends and answers has the keys that real payloads have (samples of Slack's Java SDK).

The samples are read from a folder named by SLACK_SAMPLES, and the tests skip where there is none.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.serving import Service
from bot.sandbox.slack import Slack, events
from tests.sandbox.slack.pieces import actions, button, field, keep, modal, note, section

PROJECT = Path(__file__).parents[3]
SAMPLES = Path(os.environ.get("SLACK_SAMPLES", PROJECT.parent / "shared" / "slack" / "samples"))
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples of real payloads in {SAMPLES}")

RETURNS, ALICE = "C01RETURNS", "U01ALICE"
Json = dict[str, Any]

# Sent by Slack today though these samples do not show it, or leave it out as too long.
NEWER = {
    "blocks",
    "context_team_id",
    "context_enterprise_id",
    "previous_view_id",
    "response_urls",
    "channel_type",
    "event_ts",
    "cache_ts",
    "reactions",
    "title",
    "submit",
    "close",
}
# What people choose has names of the app's own making below these.
FREE = {"state", "values", "blocks", "actions", "metadata", "private_metadata", "shares", "event_payload"}


def sample(name: str) -> Json:
    read: Json = json.loads((SAMPLES / f"{name}.json").read_text())
    return read


def strangers(ours: Any, known: Any, path: str = "") -> Iterator[str]:
    """Every key of ours that the sample does not know, with where it stands."""
    if isinstance(ours, dict) and isinstance(known, dict):
        for key, value in ours.items():
            if key not in known and key not in NEWER:
                yield f"{path}/{key}"
            elif key not in FREE:
                yield from strangers(value, known.get(key), f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(known, list) and known:
        for value in ours:
            yield from strangers(value, known[0], path)


@pytest.fixture
def card(client: WebClient, slack: Slack) -> Any:
    client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("go"))])
    return slack.messages("returns")[0]


@pytest.fixture
def listening(bolt: App, door: Service) -> App:
    heard: list[Json] = []
    bolt.action("go")(note(heard))
    bolt.view("box")(note(heard))
    bolt.view_closed("box")(note(heard))
    bolt.shortcut("find")(note(heard))
    bolt.command("/returns")(note(heard))
    bolt.event({"type": "message"})(keep(heard))
    return bolt


def test_a_click_has_the_keys_of_a_real_one(slack: Slack, listening: App, card: Any) -> None:
    payload = slack.click(ALICE, card, "go").payload
    known = sample("payloads/BlockActionPayload")
    assert list(strangers(payload, known)) == []
    optional = {"view", "app_unfurl", "bot_access_token", "function_data", "interactivity"}
    assert known.keys() - payload.keys() <= optional
    action = payload["actions"][0]
    assert {"type", "block_id", "action_id", "text", "action_ts"} <= action.keys()


def test_modals_have_the_keys_of_real_ones(slack: Slack, listening: App, card: Any, open_box: Any) -> None:
    open_box(modal(field("amount"), notify_on_close=True))
    closed = slack.close_modal(ALICE).payload
    open_box(modal(field("amount")))
    sent = slack.submit(ALICE, values={"amount": "5"}).payload
    for payload, name in ((sent, "ViewSubmissionPayload"), (closed, "ViewClosedPayload")):
        known = sample(f"payloads/{name}")
        assert list(strangers(payload, known)) == []
        assert known["view"].keys() - payload["view"].keys() == set()


def test_commands_and_shortcuts_have_the_keys_of_real_ones(slack: Slack, listening: App, card: Any) -> None:
    command = slack.command(ALICE, "returns", "/returns", "1042").payload
    known = sample("payloads/SlashCommandPayload")
    assert known.keys() - command.keys() == {"enterprise_id", "enterprise_name"}
    assert command.keys() <= known.keys()
    shortcut = slack.message_shortcut(ALICE, card, "find").payload
    known = sample("payloads/MessageShortcutPayload")
    assert known.keys() - shortcut.keys() <= {"enterprise"}
    assert list(strangers(shortcut, known)) == []


def test_events_have_the_keys_of_real_ones(slack: Slack, card: Any) -> None:
    core = slack.core
    room, group = core.channels[RETURNS], core.groups["S01SUPPORT"]
    said = slack.say(ALICE, "returns", "<@U0BOT>").message
    assert said
    slack.edit(said, "fixed")
    sent = {
        "MessagePayload": events.message_event(core, said),
        "AppMentionPayload": events.mention_event(core, said),
        "MessageChangedPayload": events.changed_event(core, said),
        "MessageDeletedPayload": events.deleted_event(core, said),
        "MemberJoinedChannelPayload": events.membership_event(core, room, ALICE, joined=True),
        "MemberLeftChannelPayload": events.membership_event(core, room, ALICE, joined=False),
        "UserChangePayload": events.user_event(core, ALICE),
        "SubteamMembersChangedPayload": events.group_event(core, group, [ALICE], []),
        "AppHomeOpenedPayload": events.home_event(core, ALICE),
        "ReactionAddedPayload": events.reaction_event(core, card, ALICE, "eyes"),
        "AppUninstalledPayload": events.uninstall_event(core),
    }
    unknown = {name: list(strangers(body, sample(f"events/{name}"))) for name, body in sent.items()}
    assert {name: found for name, found in unknown.items() if found} == {}
    lacking = {
        name: sample(f"events/{name}").keys()
        - body.keys()
        - {"enterprise_id", "authed_users", "authed_teams"}
        for name, body in sent.items()
    }
    assert {name: keys for name, keys in lacking.items() if keys} == {}


def test_answers_have_the_keys_of_real_ones(
    slack: Slack, client: WebClient, served: Service, card: Any
) -> None:
    app = {"Authorization": f"Bearer {slack.settings.app_token}"}
    connection = requests.post(f"{served.url}/api/apps.connections.open", headers=app, timeout=5).json()
    place = client.files_getUploadURLExternal(filename="a.png", length=1)
    requests.post(place["upload_url"], data=b"x", timeout=5)
    answers = {
        "apps.connections.open": connection,
        "auth.test": client.auth_test(),
        "bots.info": client.bots_info(bot="B01DESK"),
        "chat.getPermalink": client.chat_getPermalink(channel=RETURNS, message_ts=card.ts),
        "chat.postEphemeral": client.chat_postEphemeral(channel=RETURNS, user=ALICE, text="x"),
        "conversations.info": client.conversations_info(channel=RETURNS, include_num_members=True),
        "conversations.list": client.conversations_list(types="public_channel,im"),
        "conversations.members": client.conversations_members(channel=RETURNS),
        "files.getUploadURLExternal": place,
        "files.completeUploadExternal": client.files_completeUploadExternal(files=[{"id": place["file_id"]}]),
        "reactions.add": client.reactions_add(channel=RETURNS, timestamp=card.ts, name="eyes"),
        "team.info": client.team_info(),
        "usergroups.list": client.usergroups_list(include_users=True, include_count=True),
        "usergroups.users.list": client.usergroups_users_list(usergroup="S01SUPPORT"),
        "users.info": client.users_info(user=ALICE, include_locale=True),
        "users.list": client.users_list(),
        "chat.delete": client.chat_delete(channel=RETURNS, ts=card.ts),
    }
    bodies = {name: getattr(answer, "data", answer) for name, answer in answers.items()}
    unknown = {name: list(strangers(body, sample(f"api/{name}"))) for name, body in bodies.items()}
    assert {name: found for name, found in unknown.items() if found} == {}


def test_messages_have_the_keys_of_real_ones(slack: Slack, client: WebClient, card: Any) -> None:
    client.chat_postMessage(
        channel=RETURNS, thread_ts=card.ts, text="x", attachments=[{"blocks": [section()]}]
    )
    known = sample("payloads/BlockActionPayload")["message"] | {"is_locked": False}
    for message in client.conversations_replies(channel=RETURNS, ts=card.ts)["messages"]:
        assert list(strangers(message, known)) == []
