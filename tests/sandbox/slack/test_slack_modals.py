"""Modals and the Home tab: triggers, hashes, stacks, fields that keep what was typed, submissions."""

from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.serving import Service
from bot.sandbox.slack import NotThere, Slack, View
from tests.sandbox.slack.pieces import (
    Watch,
    actions,
    button,
    field,
    keep,
    modal,
    note,
    option,
    plain,
    section,
)

RETURNS, ALICE = "C01RETURNS", "U01ALICE"


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


def on_submit(bolt: App, **answer: Any) -> list[dict[str, Any]]:
    """Let the app answer the submission of the box in one way; the views it was handed."""
    views: list[dict[str, Any]] = []

    def submitted(ack: Ack, view: dict[str, Any]) -> None:
        views.append(view)
        ack(**answer)

    bolt.view("box")(submitted)
    return views


def trigger(slack: Slack, client: WebClient, bolt: App) -> str:
    bolt.action("pull")(lambda ack: ack())
    client.chat_postMessage(channel=RETURNS, text="x", blocks=[actions(button("pull"))])
    return str(slack.click(ALICE, slack.messages("returns")[-1], "pull").payload["trigger_id"])


def test_a_click_opens_a_modal(slack: Slack, open_box: Any) -> None:
    view = open_box(modal(field("amount", initial_value="66.00")))
    assert view.id == getattr(slack.modal(ALICE), "id", "")
    assert (view.title, view.callback_id) == ("Refund", "box")
    assert view.values["b_amount", "amount"]["value"] == "66.00"


def test_a_trigger_serves_once_and_for_three_seconds(
    slack: Slack, client: WebClient, bolt: App, door: Service, watch: Watch
) -> None:
    first = trigger(slack, client, bolt)
    client.views_open(trigger_id=first, view=modal())
    assert refusal(client.views_open, trigger_id=first, view=modal()) == "exchanged_trigger_id"
    second = trigger(slack, client, bolt)
    watch.pass_seconds(3.5)
    assert refusal(client.views_open, trigger_id=second, view=modal()) == "expired_trigger_id"
    assert refusal(client.views_open, trigger_id="12.34.ab", view=modal()) == "invalid_trigger_id"


def test_a_bad_view_is_refused_with_pointers_and_spends_no_trigger(
    slack: Slack, client: WebClient, bolt: App, door: Service
) -> None:
    name = trigger(slack, client, bolt)
    bad = modal(title=plain("x" * 25))
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=name, view=bad)
    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert client.views_open(trigger_id=name, view=modal())["ok"]


def test_a_stack_holds_three_modals(slack: Slack, client: WebClient, bolt: App, open_box: Any) -> None:
    first = open_box(modal(actions(button("deeper"))))
    errors: list[str] = []

    def push(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        try:
            client.views_push(trigger_id=body["trigger_id"], view=modal(actions(button("deeper"))))
        except SlackApiError as refused:
            errors.append(refused.response["error"])

    bolt.action("deeper")(push)
    second = slack.click(ALICE, first, "deeper").view
    third = slack.click(ALICE, second, "deeper").view if second else None
    assert second
    assert third
    assert (third.root, third.previous) == (first.id, second.id)
    assert slack.click(ALICE, third, "deeper").view is third
    assert errors == ["push_limit_reached"]
    with pytest.raises(NotThere):
        slack.click(ALICE, first, "deeper")
    assert slack.close_modal(ALICE).view is second


def test_a_stale_hash_is_refused(slack: Slack, client: WebClient, open_box: Any) -> None:
    view = open_box(modal())
    old = view.hash
    client.views_update(view_id=view.id, hash=old, view=modal(section("once")))
    assert refusal(client.views_update, view_id=view.id, hash=old, view=modal()) == "hash_conflict"
    assert view.blocks[0]["text"]["text"] == "once"
    assert refusal(client.views_update, view_id="V404", view=modal()) == "not_found"


def test_what_was_typed_stays_when_the_modal_is_redrawn(
    slack: Slack, client: WebClient, open_box: Any
) -> None:
    view = open_box(modal(field("amount", initial_value="66.00"), field("note", optional=True)))
    slack.type_text(ALICE, view, "amount", "12.50")
    slack.type_text(ALICE, view, "note", "scratched")
    redrawn = modal(
        field("amount", initial_value="99.00"), field("other", block_id="b_new", initial_value="x")
    )
    client.views_update(view_id=view.id, view=redrawn)
    assert view.values["b_amount", "amount"]["value"] == "12.50"
    assert ("b_note", "note") not in view.values
    client.views_update(
        view_id=view.id, view=modal(field("amount", block_id="renamed", initial_value="99.00"))
    )
    assert view.values["renamed", "amount"]["value"] == "99.00"


def test_a_choice_no_longer_offered_is_dropped(slack: Slack, client: WebClient, open_box: Any) -> None:
    def menu(*names: str) -> dict[str, Any]:
        return modal(field("how", "static_select", options=[option(name) for name in names]))

    view = open_box(menu("card", "credit"))
    slack.choose(ALICE, view, "how", "credit")
    client.views_update(view_id=view.id, view=menu("card", "credit", "manual"))
    assert view.values["b_how", "how"]["selected_option"]["value"] == "credit"
    client.views_update(view_id=view.id, view=menu("card", "manual"))
    assert view.values["b_how", "how"]["selected_option"] is None


def test_a_field_that_dispatches_tells_the_app_with_all_values(
    slack: Slack, bolt: App, open_box: Any
) -> None:
    heard: list[dict[str, Any]] = []
    bolt.action("lines")(note(heard))
    bolt.action("amount")(note(heard))
    boxes = field("lines", "checkboxes", options=[option("mug"), option("tray")], dispatch_action=True)
    view = open_box(modal(boxes, field("amount", dispatch_action=True), field("quiet", optional=True)))
    slack.choose(ALICE, view, "lines", ["mug", "tray"])
    assert not slack.type_text(ALICE, view, "quiet", "x").sent
    assert not slack.type_text(ALICE, view, "amount", "5").sent
    assert slack.type_text(ALICE, view, "amount", "50", enter=True).acked
    chosen = heard[1]["view"]["state"]["values"]["b_lines"]["lines"]["selected_options"]
    assert [one["value"] for one in chosen] == ["mug", "tray"]
    assert heard[1]["actions"][0]["value"] == "50"


def test_a_submission_carries_the_state_and_closes(slack: Slack, bolt: App, open_box: Any) -> None:
    views = on_submit(bolt)
    day, who = field("day", "datepicker"), field("who", "users_select")
    open_box(modal(field("amount"), day, who, private_metadata="rma=1042"))
    result = slack.submit(ALICE, values={"amount": "5", "day": "2026-12-01", ("b_who", "who"): "U02BOB"})
    assert (result.acked, result.view, slack.modal(ALICE)) == (True, None, None)
    values = views[0]["state"]["values"]
    assert values["b_amount"]["amount"] == {"type": "plain_text_input", "value": "5"}
    assert values["b_day"]["day"]["selected_date"] == "2026-12-01"
    assert values["b_who"]["who"]["selected_user"] == "U02BOB"
    assert views[0]["private_metadata"] == "rma=1042"


def test_errors_stand_below_their_fields_and_lose_nothing(slack: Slack, bolt: App, open_box: Any) -> None:
    on_submit(bolt, response_action="errors", errors={"b_amount": "At most 66.00"})
    view = open_box(modal(field("amount")))
    result = slack.submit(ALICE, values={"amount": "67"})
    assert result.errors == view.errors == {"b_amount": "At most 66.00"}
    assert view.values["b_amount", "amount"]["value"] == "67"
    assert slack.snapshot(ALICE)["modal"]["errors"] == {"b_amount": "At most 66.00"}


def test_errors_for_a_block_that_is_no_input_are_trouble(slack: Slack, bolt: App, open_box: Any) -> None:
    on_submit(bolt, response_action="errors", errors={"elsewhere": "no"})
    open_box(modal(field("amount")))
    result = slack.submit(ALICE, values={"amount": "1"})
    assert "elsewhere" in result.warning
    assert result.errors == {}


@pytest.mark.parametrize(
    ("answer", "titles"),
    [
        ({"response_action": "update", "view": modal(title=plain("Second"))}, ["Second"]),
        ({"response_action": "push", "view": modal(title=plain("Second"))}, ["Refund", "Second"]),
        ({"response_action": "clear"}, []),
    ],
)
def test_a_submission_may_update_push_or_clear(
    slack: Slack, bolt: App, open_box: Any, answer: dict[str, Any], titles: list[str]
) -> None:
    on_submit(bolt, **answer)
    open_box(modal(field("amount")))
    slack.submit(ALICE, values={"amount": "1"})
    assert [one["title"]["text"] for one in slack.snapshot(ALICE)["modals"]] == titles


def test_a_bad_view_in_an_answer_leaves_the_modal_and_warns(slack: Slack, bolt: App, open_box: Any) -> None:
    on_submit(bolt, response_action="update", view={"type": "modal", "blocks": []})
    view = open_box(modal(field("amount")))
    result = slack.submit(ALICE, values={"amount": "1"})
    assert "missing required field: title" in result.warning
    assert slack.modal(ALICE) is view


@pytest.mark.parametrize(
    ("element", "typed", "complaint"),
    [
        (field("a"), "", "Please complete this required field."),
        (field("a", min_length=3), "ab", "Please enter at least 3 characters."),
        (field("a", max_length=3), "abcd", "Please enter at most 3 characters."),
        (field("a", "number_input", is_decimal_allowed=False), "1.5", "Please enter a valid number."),
        (field("a", "number_input", is_decimal_allowed=True), "1,5", "Please enter a valid number."),
        (
            field("a", "number_input", is_decimal_allowed=True, max_value="66"),
            "67",
            "Please enter a number of at most 66.",
        ),
        (field("a", "email_text_input"), "marie", "Please enter a valid email address."),
        (field("a", "url_text_input"), "shop", "Please enter a valid URL."),
    ],
)
def test_the_client_stops_wrong_input_before_it_is_sent(
    slack: Slack, open_box: Any, element: dict[str, Any], typed: str, complaint: str
) -> None:
    open_box(modal(element))
    result = slack.submit(ALICE, values={"a": typed})
    assert (result.sent, result.errors) == (False, {"b_a": complaint})


def test_closing_is_told_only_where_asked_for(slack: Slack, bolt: App, open_box: Any) -> None:
    closed: list[dict[str, Any]] = []
    bolt.view_closed("box")(note(closed))
    open_box(modal())
    assert not slack.close_modal(ALICE).sent
    open_box(modal(notify_on_close=True))
    assert slack.close_modal(ALICE, everything=True).acked
    assert closed[0]["is_cleared"]


def test_a_failing_submission_keeps_the_modal_and_what_was_typed(slack: Slack, open_box: Any) -> None:
    view = open_box(modal(field("amount")))
    result = slack.submit(ALICE, values={"amount": "5"})
    assert (result.status, result.warning) == (404, "We had some trouble connecting. Try again?")
    assert slack.modal(ALICE) is view


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}


def test_the_home_tab_is_published_opened_and_clicked(
    slack: Slack, client: WebClient, bolt: App, door: Service
) -> None:
    opened: list[dict[str, Any]] = []
    bolt.event("app_home_opened")(keep(opened))
    slack.open_home(ALICE)
    assert "view" not in opened[0]["event"]
    first = client.views_publish(user_id=ALICE, view=home(actions(button("next"))))["view"]
    slack.open_home(ALICE)
    assert opened[1]["event"]["view"]["id"] == first["id"]
    heard: list[dict[str, Any]] = []
    bolt.action("next")(note(heard))
    page = slack.home(ALICE)
    assert isinstance(page, View)
    slack.click(ALICE, page, "next")
    assert heard[0]["container"] == {"type": "view", "view_id": first["id"]}
    assert heard[0]["view"]["type"] == "home"
    client.views_publish(user_id=ALICE, hash=first["hash"], view=home(section("page 2")))
    assert refusal(client.views_publish, user_id=ALICE, hash=first["hash"], view=home()) == "hash_conflict"


def test_an_external_id_is_unique_and_finds_the_view(slack: Slack, client: WebClient, open_box: Any) -> None:
    view = open_box(modal(external_id="box-1042"))
    client.views_update(external_id="box-1042", view=modal(section("found"), external_id="box-1042"))
    assert view.blocks[0]["text"]["text"] == "found"
    pushed = modal(external_id="box-1042")
    name = slack.core.new_trigger(ALICE)
    assert refusal(client.views_push, trigger_id=name, view=pushed) == "duplicate_external_id"
