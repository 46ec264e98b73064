"""Clicks, menus, ephemeral messages and response_urls, through a real bolt app behind an HTTP door."""

import time
from dataclasses import replace
from typing import Any

import pytest
import requests
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.sandbox.serving import Service
from bot.sandbox.slack import NotThere, Slack
from tests.sandbox.slack.pieces import Watch, actions, button, note, option, plain, section

RETURNS, ALICE, BOB = "C01RETURNS", "U01ALICE", "U02BOB"
Heard = list[dict[str, Any]]


@pytest.fixture
def heard(bolt: App, door: Service) -> Heard:
    """Every action the app hears, acked at once."""
    bodies: Heard = []
    bolt.action({"type": "block_actions"})(note(bodies))
    bolt.action("any")(note(bodies))
    return bodies


def test_a_click_arrives_signed_and_says_who_where_and_what(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("any", value="1042"))])[
        "ts"
    ]
    result = slack.click(ALICE, slack.messages("returns")[0], "any")
    assert (result.status, result.acked) == (200, True)
    body = heard[0]
    assert body["user"]["id"] == ALICE
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": RETURNS,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == ts
    assert body["actions"][0]["value"] == "1042"


def test_a_click_below_a_colour_bar_names_the_attachment(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    bar = [{"color": "#1565C0", "blocks": [actions(button("any"))]}]
    client.chat_postMessage(channel=RETURNS, text="card", attachments=bar)
    slack.click(ALICE, slack.messages("returns")[0], "any")
    container = heard[0]["container"]
    assert (container["type"], container["attachment_id"]) == ("message_attachment", 1)


def test_a_click_in_a_thread_carries_the_thread(client: WebClient, slack: Slack, heard: Heard) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    client.chat_postMessage(channel=RETURNS, text="x", thread_ts=ts, blocks=[actions(button("any"))])
    slack.click(ALICE, slack.thread(slack.messages("returns")[0])[0], "any")
    assert heard[0]["container"]["thread_ts"] == ts


def test_a_click_in_an_ephemeral_message_has_no_message_to_read(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    client.chat_postEphemeral(channel=RETURNS, user=ALICE, text="x", blocks=[actions(button("any"))])
    slack.click(ALICE, slack.ephemerals(ALICE)[0], "any")
    assert heard[0]["container"]["is_ephemeral"]
    assert "message" not in heard[0]


def test_several_buttons_of_one_name_are_told_apart_by_value(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    rows = [section(str(n), accessory=button("any", value=str(n))) for n in (1, 2)]
    client.chat_postMessage(channel=RETURNS, text="list", blocks=rows)
    message = slack.messages("returns")[0]
    slack.click(ALICE, message, "any", value="2")
    assert heard[0]["actions"][0]["value"] == "2"
    with pytest.raises(NotThere, match="2 elements 'any'"):
        slack.click(ALICE, message, "any")


def test_nobody_clicks_what_is_not_in_front_of_them(client: WebClient, slack: Slack, heard: Heard) -> None:
    client.chat_postEphemeral(channel=RETURNS, user=ALICE, text="x", blocks=[actions(button("any"))])
    client.chat_postMessage(channel="C04FINANCE", text="x", blocks=[actions(button("any"))])
    with pytest.raises(NotThere):
        slack.click(BOB, slack.ephemerals(ALICE)[0], "any")
    with pytest.raises(NotThere):
        slack.click(BOB, slack.messages("finance")[0], "any")
    assert heard == []


def test_a_button_that_asks_first_sends_nothing_when_refused(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    ask = {name: plain(name) for name in ("title", "text", "confirm", "deny")}
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(button("any", confirm=ask))])
    message = slack.messages("returns")[0]
    refused = slack.click(ALICE, message, "any", confirm=False)
    assert (refused.sent, refused.confirm) == (False, ask)
    assert slack.click(ALICE, message, "any").sent
    assert len(heard) == 1


def test_choices_in_a_message_are_remembered_for_each_person(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    menu = {"type": "static_select", "action_id": "any", "options": [option("x"), option("y")]}
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(menu, button("any2"), block_id="b")])
    message = slack.messages("returns")[0]
    slack.choose(ALICE, message, "any", "y")
    assert heard[0]["actions"][0]["selected_option"]["value"] == "y"
    slack.choose(BOB, message, "any", "x")
    assert heard[1]["state"]["values"]["b"]["any"]["selected_option"]["value"] == "x"
    shown = slack.snapshot(ALICE)["channels"][0]["messages"][0]["state"]["values"]["b"]["any"]
    assert shown["selected_option"]["value"] == "y"


def test_an_overflow_menu_says_which_entry(client: WebClient, slack: Slack, heard: Heard) -> None:
    menu = {"type": "overflow", "action_id": "any", "options": [option("timeline"), option("reject")]}
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(menu)])
    slack.choose(ALICE, slack.messages("returns")[0], "any", "Reject")
    assert heard[0]["actions"][0]["selected_option"]["value"] == "reject"


def test_an_outside_menu_asks_the_app_for_options(
    client: WebClient, slack: Slack, bolt: App, heard: Heard
) -> None:
    def search(ack: Ack, payload: dict[str, Any]) -> None:
        ack(options=[option(payload["value"] + "-hoodie")])

    bolt.options("any")(search)
    menu = {"type": "external_select", "action_id": "any", "min_query_length": 2}
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(menu)])
    message = slack.messages("returns")[0]
    assert not slack.open_menu(ALICE, message, "any", "x").sent
    assert [one["value"] for one in slack.open_menu(ALICE, message, "any", "xl").options] == ["xl-hoodie"]
    slack.choose(ALICE, message, "any", "xl-hoodie")
    assert heard[0]["actions"][0]["selected_option"]["value"] == "xl-hoodie"


def sleepy(ack: Ack) -> None:
    time.sleep(0.6)
    ack()


def test_a_late_ack_is_noticed_by_slack_and_shown_to_the_person(
    client: WebClient, slack: Slack, bolt: App, door: Service
) -> None:
    assert slack.settings.ack_seconds == 3
    slack.core.settings = replace(slack.settings, ack_seconds=0.3)
    bolt.action("slow")(sleepy)
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(button("slow"))])
    result = slack.click(ALICE, slack.messages("returns")[0], "slow")
    assert (result.acked, result.status) == (False, None)
    assert result.answer
    assert result.answer.trouble == "http_timeout"
    assert 290 < result.milliseconds < 600
    assert slack.snapshot(ALICE)["notices"] == ["We had some trouble connecting. Try again?"]


def test_an_unheard_action_is_not_acked(client: WebClient, slack: Slack, door: Service) -> None:
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(button("nobody"))])
    assert slack.click(ALICE, slack.messages("returns")[0], "nobody").status == 404


def test_a_forged_door_knock_is_refused_by_the_app(slack: Slack, door: Service, bolt: App) -> None:
    body = "payload=%7B%7D"
    answer = requests.post(slack.request_url, data=body, timeout=5, headers={"x-slack-signature": "v0=0"})
    assert answer.status_code == 401


def test_an_answer_replaces_the_message_it_answers(
    client: WebClient, slack: Slack, bolt: App, door: Service
) -> None:
    def done(ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="done", replace_original=True)

    bolt.action("done")(done)
    client.chat_postEphemeral(channel=RETURNS, user=ALICE, text="x", blocks=[actions(button("done"))])
    slack.click(ALICE, slack.ephemerals(ALICE)[0], "done")
    assert [(one.text, one.blocks) for one in slack.ephemerals(ALICE)] == [("done", [])]


def test_a_response_url_serves_five_times_within_half_an_hour(
    client: WebClient, slack: Slack, heard: Heard, watch: Watch
) -> None:
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(button("any"))])
    slack.click(ALICE, slack.messages("returns")[0], "any")
    url = heard[0]["response_url"]
    answers = [requests.post(url, json={"text": str(n)}, timeout=5) for n in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[5].json()["error"] == "used_url"
    assert len(slack.ephemerals(ALICE)) == 5
    slack.click(ALICE, slack.messages("returns")[0], "any")
    watch.pass_seconds(1801)
    late = requests.post(heard[1]["response_url"], json={"text": "late"}, timeout=5)
    assert late.json()["error"] == "expired_url"


def test_a_response_may_delete_the_message_or_speak_to_all(
    client: WebClient, slack: Slack, heard: Heard
) -> None:
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(button("any"))])
    slack.click(ALICE, slack.messages("returns")[0], "any")
    url = heard[0]["response_url"]
    requests.post(url, json={"text": "to all", "response_type": "in_channel"}, timeout=5)
    requests.post(url, json={"delete_original": True}, timeout=5)
    assert [one.text for one in slack.messages("returns")] == ["to all"]
    bad = requests.post(url, json={"text": "x", "blocks": [{"type": "shout"}]}, timeout=5)
    assert (bad.status_code, bad.json()["error"]) == (400, "invalid_blocks")


def test_two_clicks_are_two_interactions_each_with_its_own_trigger(
    slack: Slack, bolt: App, door: Service, client: WebClient
) -> None:
    heard: list[str] = []

    def note(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.append(body["trigger_id"])

    bolt.action("pay")(note)
    client.chat_postMessage(channel="C01RETURNS", text="card", blocks=[actions(button("pay"))])
    for _ in range(2):
        assert slack.click("U01ALICE", slack.messages("returns")[-1], "pay").acked
    assert len(set(heard)) == 2
