"""The addresses that lists lead to: Slack's own, without asking Slack for each."""

from handlers.slack.addresses import WORKSPACE, address_of, keep_workspace
from handlers.slack.calls import open_client
from handlers.slack.people import plan_look_up
from store import marks, returns
from store.db import reading, writing
from tests.counter import Counter, Rma


def kept(counter: Counter, rma: Rma) -> str:
    with reading(counter.desk.engine) as session:
        card = returns.card_of(session, rma.return_id)
    assert card is not None
    return card.permalink


def workspace(counter: Counter) -> str:
    with reading(counter.desk.engine) as session:
        return marks.read(session, WORKSPACE)


def test_a_card_leads_to_the_address_that_slack_itself_would_tell(counter: Counter) -> None:
    plan_look_up(counter.desk)
    counter.work()
    rma = counter.open()
    asked = open_client(counter.desk.settings).chat_getPermalink(
        channel=rma.card.channel, message_ts=rma.card.ts
    )
    assert workspace(counter)
    assert kept(counter, rma) == asked["permalink"]


def test_slack_is_asked_while_the_workspace_is_not_known(counter: Counter) -> None:
    with writing(counter.desk.engine) as session:
        marks.write(session, WORKSPACE, "")
    rma = counter.open()
    assert kept(counter, rma).endswith(rma.card.ts.replace(".", ""))


def test_what_is_no_address_is_not_kept(counter: Counter) -> None:
    keep_workspace(counter.desk, "https://shop.slack.com/")
    for told in ("", "javascript:alert(1)", "http://shop.slack.com/"):
        keep_workspace(counter.desk, told)
        assert workspace(counter) == "https://shop.slack.com/"
    client = open_client(counter.desk.settings)
    said = address_of(counter.desk, client, "C1", "1700000000.000100")
    assert said == "https://shop.slack.com/archives/C1/p1700000000000100"
