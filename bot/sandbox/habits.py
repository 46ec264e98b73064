"""How a service treats its webhooks for a while: lose them, hold them back, say them often or backwards."""

from dataclasses import dataclass


@dataclass
class Habits:
    """Standing orders for deliveries, until told otherwise."""

    lost: bool = False  # nothing arrives and nobody is told
    held: bool = False  # nothing is sent for now
    copies: int = 1
    backwards: bool = False
