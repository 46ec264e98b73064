"""Files: three steps into a thread, what files.info knows of them, and files people choose in modals."""

from typing import Any

import pytest
import requests
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import NotThere, Slack
from tests.sandbox.slack.pieces import field, modal

RETURNS, ALICE = "C01RETURNS", "U01ALICE"
PIXEL = b"\x89PNG"


def brought(client: WebClient, name: str = "mug.png") -> str:
    """A file that is with Slack and stands nowhere."""
    place = client.files_getUploadURLExternal(filename=name, length=len(PIXEL), alt_txt="A mug")
    assert requests.post(place["upload_url"], data=PIXEL, timeout=5).status_code == 200
    return str(place["file_id"])


def info(client: WebClient, name: str) -> dict[str, Any]:
    return dict(client.files_info(file=name)["file"])


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


def test_a_file_says_where_it_stands_and_is_unknown_before(client: WebClient, slack: Slack) -> None:
    card = client.chat_postMessage(channel=RETURNS, text="card")["ts"]
    name = brought(client)
    assert refusal(client.files_info, file=name) == "file_not_found"
    client.files_completeUploadExternal(files=[{"id": name}], channel_id=RETURNS, thread_ts=card)
    (message,) = slack.thread(slack.messages("returns")[0])
    known = info(client, name)
    assert known["shares"] == {"public": {RETURNS: [{"ts": message.ts}]}}
    assert (known["alt_txt"], known["mimetype"]) == ("A mug", "image/png")
    client.chat_delete(channel=RETURNS, ts=message.ts)
    assert info(client, name)["shares"] == {}


def test_a_yes_can_be_followed_by_nothing(client: WebClient, slack: Slack) -> None:
    name = brought(client)
    slack.drop_shares(1)
    assert client.files_completeUploadExternal(files=[{"id": name}], channel_id=RETURNS)["ok"]
    assert slack.messages("returns") == []
    assert info(client, name)["shares"] == {}
    client.files_completeUploadExternal(files=[{"id": name}], channel_id=RETURNS)
    assert len(slack.messages("returns")) == 1


def test_what_a_channel_does_not_take_is_not_completed(client: WebClient, slack: Slack) -> None:
    name = brought(client)
    slack.archive("returns")
    complete = client.files_completeUploadExternal
    assert refusal(complete, files=[{"id": name}], channel_id=RETURNS) == "is_archived"
    assert refusal(client.files_info, file=name) == "file_not_found"


@pytest.mark.parametrize("scope", ["files:write", "files:read"])
def test_without_their_scope_nothing_is_taken_or_handed_over(
    client: WebClient, slack: Slack, scope: str
) -> None:
    name = brought(client)
    client.files_completeUploadExternal(files=[{"id": name}])
    private = info(client, name)["url_private"]
    slack.limit_scopes(slack.settings.scopes.replace(scope, ""))
    token = {"Authorization": f"Bearer {slack.settings.bot_token}"}
    answer = requests.get(private, headers=token, timeout=5, allow_redirects=False)
    assert answer.status_code == (200 if scope == "files:write" else 302)
    call = client.files_getUploadURLExternal if scope == "files:write" else client.files_info
    given: dict[str, Any] = {"filename": "a.png", "length": 4} if scope == "files:write" else {"file": name}
    assert refusal(call, **given) == "missing_scope"


@pytest.fixture
def box(slack: Slack, open_box: Any) -> Any:
    return open_box(modal(field("photos", "file_input", filetypes=["jpg", "png"], max_files=2)))


def test_a_person_chooses_files_and_the_app_is_told_with_the_submission(
    slack: Slack, client: WebClient, bolt: App, box: Any
) -> None:
    told: list[dict[str, Any]] = []
    bolt.view("box")(lambda ack, view: (told.append(view), ack()))
    slack.choose_files(ALICE, "photos", ("mug one.PNG", PIXEL), ("b.jpg", b"\xff\xd8\xff"))
    assert slack.submit(ALICE).acked
    first, second = told[0]["state"]["values"]["b_photos"]["photos"]["files"]
    assert [first["name"], second["name"]] == ["mug one.PNG", "b.jpg"]
    assert (first["user"], first["is_public"], first["size"]) == (ALICE, False, 4)
    token = {"Authorization": f"Bearer {slack.settings.bot_token}"}
    private = info(client, first["id"])["url_private"]
    assert requests.get(private, headers=token, timeout=5).content == PIXEL
    slack.delete_file("mug one.PNG")
    assert refusal(client.files_info, file=first["id"]) == "file_deleted"
    assert requests.get(private, headers=token, timeout=5).status_code == 404


@pytest.mark.parametrize(
    "files",
    [
        [("a.exe", PIXEL)],
        [("a.png", b"")],
        [("a.png", b"x" * 10_000_001)],
        [("a.png", PIXEL), ("b.png", PIXEL), ("c.png", PIXEL)],
    ],
)
def test_the_client_takes_only_what_the_field_allows(
    slack: Slack, box: Any, files: list[tuple[str, bytes]]
) -> None:
    with pytest.raises(NotThere):
        slack.choose_files(ALICE, "photos", *files)
    assert box.values["b_photos", "photos"]["files"] == []
