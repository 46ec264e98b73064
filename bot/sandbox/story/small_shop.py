"""Atelier Nord, a small clothing and homeware shop: told from its shelf to this morning's requests."""

from typing import TYPE_CHECKING

from bot.sandbox.story.people import ROLES
from bot.sandbox.story.story import Story

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox


def small_shop(sandbox: "Sandbox") -> Story:
    """Tell the story into the sandbox's services."""
    sandbox.shop.state.name = "Atelier Nord"
    return Story(roles=dict(ROLES))
