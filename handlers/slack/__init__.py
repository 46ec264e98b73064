"""Slack's door: what people click and type, what the bot posts, and who may act."""
