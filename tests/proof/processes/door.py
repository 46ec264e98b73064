"""People in front of the real door: they open the refund box, read the amount, and press the last button."""

from dataclasses import dataclass

from bot.desk.cases import load_case
from bot.rules.case import ReturnCase
from bot.sandbox.slack import Message
from bot.sandbox.slack.inputs import parts
from bot.sandbox.slack.outcome import Result
from bot.sandbox.slack.views import View
from bot.sandbox.story.people import CHANNEL
from store.terms import Method, ResolutionStatus
from tests.proof.processes.office import Decision, Office

CARD_SECONDS = 20.0


@dataclass
class Door:
    """Slack as the two agents see it, with the desk behind ``office.sandbox.slack.request_url``."""

    office: Office

    def card(self, return_id: int) -> Message:
        """The return's card, once it shows that the goods are there."""
        case = load_case(self.office.desk, return_id)
        slack, button = self.office.sandbox.slack, f"{return_id}:{case.version}"

        def look() -> Message | None:
            cards = (one for one in slack.messages(CHANNEL) if not one.is_reply)
            return next((one for one in cards if button in values(one)), None)

        found: Message | None = slack.wait_for(look, seconds=CARD_SECONDS)
        assert found is not None, f"no card of {case.number}"
        return found

    def come_to_the_last_button(self, user: str, return_id: int) -> View:
        """Open the box, take it as it is, and see the amount that is to be confirmed."""
        slack = self.office.sandbox.slack
        assert slack.click(user, self.card(return_id), "refund_box").acked
        assert slack.submit(user).acked
        view: View | None = slack.modal(user)
        assert view is not None
        return view

    def press(self, user: str, view: View) -> Result:
        """Press the last button."""
        return self.office.sandbox.slack.submit(user, view)

    def told(self, user: str, words: str) -> bool:
        """Whether the person was told so, in the modal or beside the card; it may take a moment."""
        slack = self.office.sandbox.slack

        def look() -> bool:
            said = [one.text for one in (*slack.ephemerals(user), *slack.direct(user))]
            return any(words in text for text in said)

        return bool(slack.wait_for(look, seconds=CARD_SECONDS))

    def decided(self, return_id: int) -> ReturnCase:
        """The case, with the one decision that stands noted for the judge."""
        case = load_case(self.office.desk, return_id)
        standing = [row for row in case.resolutions if row.status is not ResolutionStatus.REFUSED]
        assert len(standing) == 1, f"{case.number}: {len(standing)} decisions stand"
        row = standing[0]
        assert row.method is Method.GATEWAY_REFUND
        self.office.decisions.append(
            Decision(return_id, case.order.order_id, row.method, row.reference, row.amount.minor)
        )
        return case


def values(card: Message) -> list[str]:
    """What the buttons of a card say to the desk: the return and its version."""
    return [str(element.get("value")) for _, element in parts(card.all_blocks)]
