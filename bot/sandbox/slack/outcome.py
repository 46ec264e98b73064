"""What came of something: the app's answer to a delivery, and what a person's gesture led to."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View


@dataclass(frozen=True)
class Answer:
    """How the app answered one delivery. ``status`` is None if none came in time; ``trouble`` says why."""

    kind: str
    payload: dict[str, Any]
    status: int | None
    milliseconds: float
    body: Any = None
    trouble: str = ""
    attempt: int = 0
    via: str = "http"
    no_retry: bool = False

    @property
    def acked(self) -> bool:
        """Whether the app said yes in time."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Result:
    """What a person's gesture led to. ``answer`` is None if Slack had nothing to send."""

    answer: Answer | None = None
    view: View | None = None  # the modal on top afterwards
    errors: dict[str, str] = field(default_factory=dict)  # block_id -> what stands below the field
    warning: str = ""  # what Slack tells the person when the app failed
    options: list[dict[str, Any]] = field(default_factory=list)
    message: Message | None = None
    confirm: dict[str, Any] | None = None  # the dialogue the person had to agree to

    @property
    def payload(self) -> dict[str, Any]:
        """What was sent to the app; empty if nothing was."""
        return self.answer.payload if self.answer else {}

    @property
    def sent(self) -> bool:
        """Whether anything went to the app."""
        return self.answer is not None

    @property
    def acked(self) -> bool:
        """Whether the app answered 2xx within three seconds."""
        return self.answer is not None and self.answer.acked

    @property
    def status(self) -> int | None:
        """The HTTP status of the app's answer, if there was one."""
        return self.answer.status if self.answer else None

    @property
    def milliseconds(self) -> float:
        """How long the app took to answer."""
        return self.answer.milliseconds if self.answer else 0.0
