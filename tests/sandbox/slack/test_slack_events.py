"""Events, their retries, slash commands and shortcuts, through a real bolt app behind an HTTP door."""

from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import Service
from bot.sandbox.slack import Slack, create_app
from tests.sandbox.slack.pieces import Stage, Watch, actions, button, keep, modal, note, section

RETURNS, ALICE, STRANGER = "C01RETURNS", "U01ALICE", "U08STRANGER"
Heard = list[dict[str, Any]]


@pytest.fixture
def heard(bolt: App, door: Service) -> Heard:
    """Every event the app hears, as it came."""
    bodies: Heard = []
    kinds = (
        "message app_mention member_joined_channel member_left_channel user_change subteam_members_changed "
        "reaction_added app_uninstalled"
    )
    for kind in kinds.split():
        bolt.event(kind)(keep(bodies))
    return bodies


def told(heard: Heard) -> list[dict[str, Any]]:
    return [body["event"] for body in heard]


def test_an_answer_in_a_thread_names_its_parent(client: WebClient, slack: Slack, heard: Heard) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    result = slack.say(ALICE, "returns", "looks new to me", thread_ts=ts)
    assert result.acked
    event = told(heard)[0]
    assert (event["text"], event["thread_ts"], event["channel_type"]) == ("looks new to me", ts, "channel")
    assert event["parent_user_id"] == "U0BOT"
    assert heard[0]["event_id"].startswith("Ev")


def test_a_mention_is_told_twice_over(slack: Slack, heard: Heard) -> None:
    slack.say(ALICE, "returns", "<@U0BOT> help")
    assert sorted(event["type"] for event in told(heard)) == ["app_mention", "message"]


def test_a_direct_message_reaches_the_app(slack: Slack, heard: Heard) -> None:
    slack.say(ALICE, "@bot", "5567")
    assert told(heard)[0]["channel_type"] == "im"
    assert [one.text for one in slack.direct(ALICE)] == ["5567"]


def test_the_app_hears_nothing_from_rooms_it_is_not_in(slack: Slack, heard: Heard) -> None:
    assert not slack.say(ALICE, "general", "<@U0BOT>").sent
    assert heard == []


def test_a_stranger_in_a_shared_channel_comes_from_another_team(slack: Slack, heard: Heard) -> None:
    slack.say(STRANGER, "parcel-partner", "hello")
    event = told(heard)[0]
    assert (event["user_team"], event["team"]) == ("T02PARCEL", "T02PARCEL")
    assert heard[0]["is_ext_shared_channel"]
    assert heard[0]["team_id"] == "T01SHOP"


def test_edits_and_deletions_are_told(slack: Slack, heard: Heard) -> None:
    message = slack.say(ALICE, "returns", "typo").message
    assert message
    slack.edit(message, "fixed")
    slack.delete(message)
    assert [event.get("subtype") for event in told(heard)] == [None, "message_changed", "message_deleted"]
    assert told(heard)[1]["previous_message"]["text"] == "typo"
    assert slack.messages("returns") == []


def test_coming_leaving_and_changing_are_told(slack: Slack, heard: Heard, client: WebClient) -> None:
    slack.leave("U06GUEST", "returns")
    slack.join("U06GUEST", "returns")
    slack.change_user("U02BOB", deleted=True)
    slack.change_group("S01SUPPORT", [ALICE, "U05WARE"])
    left, joined, changed, group = told(heard)
    assert (left["type"], left["channel_type"]) == ("member_left_channel", "C")
    assert joined["type"] == "member_joined_channel"
    assert changed["user"]["deleted"]
    assert (group["added_users"], group["removed_users_count"]) == (["U05WARE"], 3)
    assert client.usergroups_users_list(usergroup="S01SUPPORT")["users"] == [ALICE, "U05WARE"]


def test_a_removed_app_hears_so_and_its_token_is_dead(slack: Slack, heard: Heard) -> None:
    assert slack.uninstall().sent
    assert slack.core.tokens[slack.settings.bot_token].trouble == "account_inactive"


def test_a_deactivated_person_can_do_nothing(slack: Slack, heard: Heard) -> None:
    with pytest.raises(LookupError):
        slack.say("U09GONE", "returns", "still here?")


class Moody:
    """A door that answers with the given statuses in turn, then with 200, and notes the retry headers."""

    def __init__(self, *statuses: int, silence: bool = False) -> None:
        self.statuses, self.silence = list(statuses), silence
        self.seen: list[tuple[str | None, str | None]] = []
        self.app = Starlette(routes=[Route("/", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        if body["type"] == "url_verification":
            return JSONResponse({"challenge": body["challenge"]})
        self.seen.append(
            (request.headers.get("x-slack-retry-num"), request.headers.get("x-slack-retry-reason"))
        )
        headers = {"x-slack-no-retry": "1"} if self.silence else {}
        return Response("", self.statuses.pop(0) if self.statuses else 200, headers)


def moody(slack: Slack, door_stage: tuple[Stage, Service], door: Moody) -> Moody:
    door_stage[0].app = door.app
    slack.request_url = f"{door_stage[1].url}/"
    return door


def test_an_event_is_tried_again_until_the_app_answers(
    slack: Slack, door_stage: tuple[Stage, Service]
) -> None:
    door = moody(slack, door_stage, Moody(500, 503))
    slack.say(ALICE, "returns", "hello")
    slack.wait_for(lambda: len(slack.answers) == 3)
    assert door.seen == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({answer.payload["event_id"] for answer in slack.answers}) == 1


def test_slack_gives_up_after_three_more_attempts(slack: Slack, door_stage: tuple[Stage, Service]) -> None:
    moody(slack, door_stage, Moody(*[500] * 9))
    slack.say(ALICE, "returns", "hello")
    slack.wait_for(lambda: len(slack.answers) == 4)
    with pytest.raises(TimeoutError):
        slack.wait_for(lambda: len(slack.answers) > 4, seconds=0.1)


def test_an_app_may_ask_for_no_second_attempt(slack: Slack, door_stage: tuple[Stage, Service]) -> None:
    door = moody(slack, door_stage, Moody(500, silence=True))
    slack.say(ALICE, "returns", "hello")
    with pytest.raises(TimeoutError):
        slack.wait_for(lambda: len(slack.answers) > 1, seconds=0.1)
    assert len(door.seen) == 1


def test_a_dead_door_is_a_failed_connection(slack: Slack) -> None:
    slack.request_url = "http://127.0.0.1:9/"
    answer = slack.say(ALICE, "returns", "hello").answer
    assert answer
    assert (answer.status, answer.trouble) == (None, "connection_failed")


def test_the_door_is_verified_by_a_challenge(
    slack: Slack, door_stage: tuple[Stage, Service], bolt: App
) -> None:
    moody(slack, door_stage, Moody())
    assert slack.verify_door()


def test_bolt_passes_the_verification_of_its_door(slack: Slack, door: Service) -> None:
    assert slack.verify_door()


def test_the_app_hears_its_own_messages_unless_told_otherwise(
    watch: Watch, door_stage: tuple[Stage, Service], slack_stage: tuple[Stage, Service]
) -> None:
    loud = Slack(clock=watch)
    slack_stage[0].app = create_app(loud)
    moody(loud, door_stage, Moody())
    client = WebClient(token=loud.settings.bot_token, base_url=f"{slack_stage[1].url}/api/")
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    client.chat_update(channel=RETURNS, ts=ts, text="card again")
    loud.wait_for(lambda: len(loud.answers) == 2)
    events = sorted((answer.payload["event"] for answer in loud.answers), key=lambda event: event["event_ts"])
    assert (events[0]["bot_id"], events[1]["subtype"]) == ("B01DESK", "message_changed")
    loud.close()


# Commands and shortcuts


def command(bolt: App, answer: Any = None, **said: Any) -> list[dict[str, Any]]:
    bodies: list[dict[str, Any]] = []

    def listener(ack: Ack, body: dict[str, Any]) -> None:
        bodies.append(body)
        ack(answer, **said) if answer else ack(**said)

    bolt.command("/returns")(listener)
    return bodies


def test_a_command_says_who_where_and_what(slack: Slack, bolt: App, door: Service) -> None:
    bodies = command(bolt)
    result = slack.command("U03CLAIRE", "returns", "/returns", "pending exchange")
    assert (result.acked, slack.ephemerals("U03CLAIRE")) == (True, [])
    assert (bodies[0]["text"], bodies[0]["user_name"], bodies[0]["channel_name"]) == (
        "pending exchange",
        "claire",
        "returns",
    )


def test_the_body_of_an_answer_is_shown_to_the_person_or_the_channel(
    slack: Slack, bolt: App, door: Service
) -> None:
    command(bolt, text="Nothing pending", blocks=[section("Nothing pending")])
    slack.command(ALICE, "returns", "/returns")
    assert [one.text for one in slack.ephemerals(ALICE, "returns")] == ["Nothing pending"]
    bolt.command("/share")(lambda ack: ack(text="For all", response_type="in_channel"))
    slack.command(ALICE, "returns", "/share")
    assert [one.text for one in slack.messages("returns")] == ["For all"]


def test_a_plain_answer_is_shown_as_it_is(slack: Slack, bolt: App, door: Service) -> None:
    command(bolt, "All quiet")
    slack.command(ALICE, "@bot", "/returns")
    assert [one.text for one in slack.ephemerals(ALICE)] == ["All quiet"]


def test_a_command_nobody_answers_is_reported_to_the_person(slack: Slack, bolt: App, door: Service) -> None:
    assert "dispatch_failed" in slack.command(ALICE, "returns", "/nothing").warning
    command(bolt, text="x", blocks=[{"type": "shout"}])
    assert "invalid_blocks" in slack.command(ALICE, "returns", "/returns").warning


def test_a_command_can_open_a_modal(slack: Slack, bolt: App, door: Service, client: WebClient) -> None:
    def listener(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal())

    bolt.command("/returns")(listener)
    assert slack.command(ALICE, "returns", "/returns").view is slack.modal(ALICE) is not None


def test_shortcuts_carry_their_message(slack: Slack, bolt: App, door: Service, client: WebClient) -> None:
    bodies: list[dict[str, Any]] = []
    bolt.shortcut("find_return")(note(bodies))
    message = slack.say(ALICE, "returns", "order 5567").message
    assert message
    assert slack.message_shortcut(ALICE, message, "find_return").acked
    assert (bodies[0]["type"], bodies[0]["message"]["text"]) == ("message_action", "order 5567")
    assert slack.global_shortcut(ALICE, "find_return").acked
    assert bodies[1]["type"] == "shortcut"


def test_a_snapshot_shows_each_person_their_own_slack(slack: Slack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("go"))])["ts"]
    client.chat_postMessage(channel=RETURNS, text="answer", thread_ts=ts)
    client.chat_postEphemeral(channel=RETURNS, user=ALICE, text="psst")
    client.views_publish(user_id=ALICE, view={"type": "home", "blocks": [section()]})
    alice, ware = slack.snapshot(ALICE), slack.snapshot("U05WARE")
    room = alice["channels"][0]
    assert [one["text"] for one in room["messages"]] == ["card", "psst"]
    assert [one["text"] for one in room["messages"][0]["replies"]] == ["answer"]
    assert room["messages"][1]["ephemeral"]
    assert alice["home"]["type"] == "home"
    assert [one["name"] for one in ware["channels"]] == ["warehouse", "general"]
    assert [one["text"] for one in slack.snapshot("U02BOB")["channels"][0]["messages"]] == ["card"]
    slack.dismiss(slack.ephemerals(ALICE)[0])
    assert len(slack.snapshot(ALICE)["channels"][0]["messages"]) == 1
    assert [group["handle"] for group in ware["groups"] if group["member"]] == ["warehouse-team"]


def test_the_version_grows_with_each_visible_change(slack: Slack, client: WebClient) -> None:
    seen = [slack.version]
    ts = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    seen.append(slack.version)
    client.chat_update(channel=RETURNS, ts=ts, text="new")
    seen.append(slack.version)
    client.users_info(user=ALICE)
    assert seen == sorted(set(seen))
    assert slack.version == seen[-1]
