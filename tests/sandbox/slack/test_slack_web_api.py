"""The Web API through the real client: posting, editing, finding people, and Slack's names for refusals."""

from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.serving import Service
from bot.sandbox.slack import Slack
from tests.sandbox.slack.pieces import Watch, actions, button, section, web_client

RETURNS = "C01RETURNS"


def refusal(call: Any, **arguments: Any) -> str:
    """The error a call is refused with."""
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


def test_the_bot_learns_who_it_is(client: WebClient) -> None:
    me = client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == ("U0BOT", "B01DESK", "T01SHOP")
    assert "chat:write" in me.headers["x-oauth-scopes"]


def test_a_posted_message_is_there_with_blocks_and_a_colour_bar(client: WebClient, slack: Slack) -> None:
    bar = [{"color": "#C62828", "blocks": [section("red"), actions(button("go"))]}]
    answer = client.chat_postMessage(channel=RETURNS, text="RMA-1042", attachments=bar)
    message = slack.messages("returns")[0]
    assert (message.ts, message.text, message.color) == (answer["ts"], "RMA-1042", "C62828")
    assert message.attachments[0]["blocks"][1]["elements"][0]["action_id"] == "go"
    assert answer["message"]["attachments"][0]["blocks"][0]["block_id"]
    assert answer["message"]["bot_id"] == "B01DESK"


def test_a_channel_is_found_by_name_and_a_person_by_id(client: WebClient, slack: Slack) -> None:
    assert client.chat_postMessage(channel="#returns", text="x")["channel"] == RETURNS
    channel = client.chat_postMessage(channel="U01ALICE", text="psst")["channel"]
    assert channel == client.conversations_open(users="U01ALICE")["channel"]["id"]
    assert [message.text for message in slack.direct("U01ALICE")] == ["psst"]


def test_an_edit_replaces_text_and_blocks_and_remembers_both(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="old", blocks=[section("old")])["ts"]
    client.chat_update(channel=RETURNS, ts=ts, text="new", blocks=[section("new")])
    message = slack.messages("returns")[0]
    assert (message.text, message.blocks[0]["text"]["text"], message.edits) == ("new", "new", 1)
    assert message.history[0]["blocks"][0]["text"]["text"] == "old"


def test_an_edit_that_names_no_blocks_keeps_them_and_loses_an_unnamed_text(
    client: WebClient, slack: Slack
) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="old", blocks=[section("kept")])["ts"]
    client.chat_update(channel=RETURNS, ts=ts, text="new")
    assert slack.messages("returns")[0].blocks[0]["text"]["text"] == "kept"
    client.api_call("chat.update", json={"channel": RETURNS, "ts": ts, "blocks": [section("only blocks")]})
    assert slack.messages("returns")[0].text == ""


def test_answers_stand_in_the_thread_and_are_counted(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    reply = client.chat_postMessage(channel=RETURNS, text="first", thread_ts=ts)["ts"]
    client.chat_postMessage(channel=RETURNS, text="second", thread_ts=reply)
    history = client.conversations_history(channel=RETURNS)["messages"]
    assert [(one["text"], one["reply_count"]) for one in history] == [("card", 2)]
    thread = client.conversations_replies(channel=RETURNS, ts=ts)["messages"]
    assert [one["text"] for one in thread] == ["card", "first", "second"]


def test_a_deleted_message_with_answers_leaves_a_tombstone(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    client.chat_postMessage(channel=RETURNS, text="answer", thread_ts=ts)
    client.chat_delete(channel=RETURNS, ts=ts)
    assert slack.messages("returns")[0].subtype == "tombstone"


def test_an_ephemeral_message_is_for_one_pair_of_eyes(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postEphemeral(channel=RETURNS, user="U02BOB", text="only you")["message_ts"]
    assert [one.text for one in slack.ephemerals("U02BOB")] == ["only you"]
    assert slack.messages("returns") == [] == slack.ephemerals("U01ALICE")
    assert client.conversations_history(channel=RETURNS)["messages"] == []
    assert refusal(client.chat_update, channel=RETURNS, ts=ts, text="x") == "message_not_found"


def test_metadata_comes_back_only_when_asked_for(client: WebClient) -> None:
    metadata = {"event_type": "rma", "event_payload": {"id": 1042}}
    client.chat_postMessage(channel=RETURNS, text="card", metadata=metadata)
    told = client.conversations_history(channel=RETURNS, include_all_metadata=True)["messages"][0]
    silent = client.conversations_history(channel=RETURNS)["messages"][0]
    assert told["metadata"] == metadata
    assert "metadata" not in silent


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C99NOWHERE", "channel_not_found"),
        ("C05SECRET", "channel_not_found"),
        ("C03GENERAL", "not_in_channel"),
        ("C07OLD", "is_archived"),
    ],
)
def test_a_channel_the_bot_may_not_write_to_has_a_reason(client: WebClient, channel: str, error: str) -> None:
    assert refusal(client.chat_postMessage, channel=channel, text="x") == error


def test_other_refusals_have_slacks_names(client: WebClient, slack: Slack) -> None:
    others = slack.say("U01ALICE", "returns", "mine").message
    assert others
    assert refusal(client.chat_update, channel=RETURNS, ts=others.ts, text="x") == "cant_update_message"
    assert refusal(client.chat_delete, channel=RETURNS, ts=others.ts) == "cant_delete_message"
    assert refusal(client.chat_update, channel=RETURNS, ts="1.000001", text="x") == "message_not_found"
    assert refusal(client.api_call, api_method="chat.postMessage", json={"channel": RETURNS}) == "no_text"
    assert (
        refusal(client.chat_postEphemeral, channel=RETURNS, user="U05WARE", text="x") == "user_not_in_channel"
    )
    assert refusal(client.users_info, user="U99") == "user_not_found"
    assert refusal(client.usergroups_users_list, usergroup="S99") == "no_such_subteam"
    assert refusal(client.api_call, api_method="chat.shout") == "unknown_method"


def test_bad_blocks_are_refused_with_a_pointer(client: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=RETURNS, text="x", blocks=[section("y" * 3001)])
    body = refused.value.response
    assert body["error"] == "invalid_blocks"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert slack.messages("returns") == []


def test_too_many_characters_in_all_are_refused_though_each_block_is_fine(client: WebClient) -> None:
    blocks = [section("y" * 2900) for _ in range(5)]
    assert refusal(client.chat_postMessage, channel=RETURNS, text="x", blocks=blocks) == "msg_blocks_too_long"
    ts = client.chat_postMessage(channel=RETURNS, text="x")["ts"]
    assert refusal(client.chat_update, channel=RETURNS, ts=ts, text="z" * 4001) == "msg_too_long"


def test_tokens_are_checked(slack: Slack, served: Service, client: WebClient) -> None:
    assert requests.post(f"{served.url}/api/auth.test", timeout=5).json()["error"] == "not_authed"
    assert refusal(web_client(served, "xoxb-wrong").auth_test) == "invalid_auth"
    app = web_client(served, slack.settings.app_token)
    assert refusal(app.chat_postMessage, channel=RETURNS, text="x") == "not_allowed_token_type"
    assert (
        refusal(client.apps_connections_open, app_token=slack.settings.bot_token) == "not_allowed_token_type"
    )
    for trouble in ("token_revoked", "account_inactive"):
        slack.spoil_token(trouble)
        assert refusal(client.auth_test) == trouble


def test_a_missing_scope_is_named(client: WebClient, slack: Slack) -> None:
    slack.limit_scopes("users:read chat:write channels:read")
    with pytest.raises(SlackApiError) as refused:
        client.usergroups_list()
    body = refused.value.response
    assert (body["error"], body["needed"]) == ("missing_scope", "usergroups:read")
    assert "email" not in client.users_info(user="U01ALICE")["user"]["profile"]
    assert refusal(client.conversations_list, types="private_channel") == "missing_scope"


def test_people_are_shown_with_language_role_and_team(client: WebClient) -> None:
    claire = client.users_info(user="U03CLAIRE", include_locale=True)["user"]
    assert (claire["locale"], claire["tz"], claire["tz_offset"]) == ("fr-FR", "Europe/Paris", 3600)
    assert "locale" not in client.users_info(user="U03CLAIRE")["user"]
    assert client.users_info(user="U07SINGLE")["user"]["is_ultra_restricted"]
    stranger = client.users_info(user="U08STRANGER")["user"]
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T02PARCEL")
    assert client.users_info(user="U09GONE")["user"]["deleted"]


def test_lists_come_in_pages(client: WebClient) -> None:
    pages = [[user["id"] for user in page["members"]] for page in client.users_list(limit=4)]
    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [4, 4, 3]
    assert len(set(names)) == 11
    assert "U08STRANGER" not in names
    assert refusal(client.users_list, cursor="elsewhere") == "invalid_cursor"


def test_groups_name_their_members(client: WebClient) -> None:
    groups = client.usergroups_list(include_users=True)["usergroups"]
    assert {group["handle"] for group in groups} == {"support", "leads", "warehouse-team"}
    assert client.usergroups_users_list(usergroup="S02LEADS")["users"] == ["U04LEAD"]


def test_private_channels_are_visible_to_members_only(client: WebClient) -> None:
    rooms = client.conversations_list(types="public_channel,private_channel")["channels"]
    names = {room["name"] for room in rooms}
    assert "finance" in names
    assert "secret" not in names
    assert client.conversations_info(channel="C06PARCEL")["channel"]["is_ext_shared"]
    assert client.conversations_members(channel="C04FINANCE")["members"] == ["U04LEAD", "U01ALICE", "U0BOT"]


def test_the_bot_may_join_a_public_channel_and_then_write(client: WebClient) -> None:
    client.conversations_join(channel="C03GENERAL")
    assert client.chat_postMessage(channel="C03GENERAL", text="hello")["ok"]


def test_a_file_takes_three_steps_and_shows_in_the_channel(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    client.files_upload_v2(
        channel=RETURNS,
        filename="mug.png",
        content=b"\x89PNG",
        title="The mug",
        initial_comment="Look",
        thread_ts=ts,
    )
    shared = slack.thread(slack.messages("returns")[0])[0]
    file = shared.files[0]
    assert (shared.text, file["title"], file["size"]) == ("Look", "The mug", 4)
    token = {"Authorization": f"Bearer {slack.settings.bot_token}"}
    assert requests.get(file["url_private"], headers=token, timeout=5).content == b"\x89PNG"
    assert requests.get(file["url_private"], timeout=5, allow_redirects=False).status_code == 302
    picture = {"type": "image", "alt_text": "mug", "slack_file": {"id": file["id"]}}
    assert client.chat_postMessage(channel=RETURNS, text="x", blocks=[picture])["ok"]
    unknown = {**picture, "slack_file": {"id": "F404"}}
    assert refusal(client.chat_postMessage, channel=RETURNS, text="x", blocks=[unknown]) == "invalid_blocks"


def test_posts_to_one_channel_are_limited_to_about_one_a_second(
    client: WebClient, slack: Slack, watch: Watch
) -> None:
    for number in range(5):
        client.chat_postMessage(channel=RETURNS, text=str(number))
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=RETURNS, text="too fast")
    assert (refused.value.response.status_code, refused.value.response.headers["retry-after"]) == (429, "1")
    assert client.chat_postMessage(channel="C04FINANCE", text="another channel")["ok"]
    watch.pass_seconds(1)
    assert client.chat_postMessage(channel=RETURNS, text="later")["ok"]


def test_updates_are_limited_for_the_whole_workspace(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    for number in range(50):
        client.chat_update(channel=RETURNS, ts=ts, text=str(number))
    assert refusal(client.chat_update, channel=RETURNS, ts=ts, text="x") == "ratelimited"
    assert [call.error for call in slack.calls if call.method == "chat.update"].count("ratelimited") == 1


def test_reactions_and_links_point_at_messages(client: WebClient, slack: Slack) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    client.reactions_add(channel=RETURNS, timestamp=ts, name="eyes")
    assert refusal(client.reactions_add, channel=RETURNS, timestamp=ts, name="eyes") == "already_reacted"
    link = client.chat_getPermalink(channel=RETURNS, message_ts=ts)["permalink"]
    assert link == f"https://small-shop.slack.com/archives/{RETURNS}/p{ts.replace('.', '')}"


def test_reset_forgets_everything_but_the_version_goes_on(client: WebClient, slack: Slack) -> None:
    client.chat_postMessage(channel=RETURNS, text="card")
    before = slack.version
    slack.reset()
    assert slack.messages("returns") == []
    assert slack.version > before
