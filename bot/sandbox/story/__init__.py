"""A small shop with a story: people, shelf, customers, orders, and the returns they are about to ask for."""

from bot.sandbox.story.small_shop import small_shop
from bot.sandbox.story.story import Act, Item, Replacement, Request, Story

__all__ = ["Act", "Item", "Replacement", "Request", "Story", "small_shop"]
