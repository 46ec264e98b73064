"""A desk that starts while Slack is away takes clicks as soon as Slack is back."""

from slack_bolt import BoltContext
from sqlalchemy import Engine

from bot.sandbox.faults import EVER, Fault, Plan
from bot.sandbox.serving import Service
from bot.sandbox.story.people import ALICE
from handlers.slack import identity
from handlers.slack.app import create_bolt
from handlers.slack.calls import open_client
from handlers.slack.identity import Identity
from handlers.web import create_app
from store.terms import ReturnStatus
from tests.counter import Counter, a_counter


def away(counter: Counter) -> Plan:
    plan = Plan("slack", Fault.LOST_BEFORE, path="auth.test", times=EVER)
    counter.faults.plans.append(plan)
    return plan


def test_a_click_is_taken_though_slack_never_said_who_we_are(engine: Engine) -> None:
    with a_counter(engine) as counter:
        rma = counter.open()
        away(counter)
        with Service(create_app(counter.desk, create_bolt(counter.desk))) as service:
            counter.sandbox.connect(service.url)
            assert counter.slack.click(ALICE, rma.card, "take").acked
        assert rma.case.owner is not None
        assert rma.case.status is ReturnStatus.PENDING


def test_it_is_asked_again_until_slack_says_it(engine: Engine) -> None:
    with a_counter(engine) as counter:
        plan = away(counter)
        who = Identity(open_client(counter.desk.settings))
        assert who.result(BoltContext()).bot_id is None
        plan.times = 0
        who._asked_at -= identity.AGAIN + 1
        assert counter.slack.wait_for(lambda: who.result(BoltContext()).bot_id, seconds=10)
