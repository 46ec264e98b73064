"""Every error the desk raises.

DeskError                 a rule says no; carries a sentence of the catalogue and its values
    NotAllowed            this person may not do this
    StaleCase             the return changed since the person looked
    NotFound              there is no such return, order or line
    InvalidInput          what was typed cannot be used; names the field
    Blocked               a rule forbids it now (exchange chosen, nothing left, already settled, ...)
GatewayError              the outside did not simply say yes; named by what we know
    Refused               certainly not done
    Unreachable           certainly not sent
    OutcomeUnknown        perhaps done: look before trying again
        KeySpent          and the key cannot tell: it stands for another request
"""

from typing import Any


class DeskError(Exception):
    """A rule says no. ``message`` is a msgid of the catalogue, ``values`` fill its placeholders."""

    def __init__(self, message: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(message)
        self.message, self.field, self.values = message, field, values


class NotAllowed(DeskError):
    """This person may not do this."""


class StaleCase(DeskError):
    """The return changed since the person looked."""


class NotFound(DeskError):
    """There is no such return, order or line."""


class InvalidInput(DeskError):
    """What was typed cannot be used; ``field`` says where."""


class Blocked(DeskError):
    """A rule forbids it now."""


class GatewayError(Exception):
    """An outside service did not simply say yes. ``detail`` is for people who look after the desk."""

    def __init__(self, detail: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.detail, self.code, self.retry_after = detail, code, retry_after


class Refused(GatewayError):
    """Certainly not done: the service looked at the request and said no."""


class Unreachable(GatewayError):
    """Certainly not sent: not one byte of the request left, or the service took nothing."""


class OutcomeUnknown(GatewayError):
    """Perhaps done. Nothing but a look at the service can tell."""


class KeySpent(OutcomeUnknown):
    """Our key stands for another request than this one, so that repeating it never helps: somebody erred."""
