"""A Slack workspace with a memory, over real HTTP and sockets; see ``Slack`` and ``create_app``."""

from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.hands import NotThere
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.outbound import sign
from bot.sandbox.slack.outcome import Answer, Result
from bot.sandbox.slack.slack import Slack
from bot.sandbox.slack.views import View

__all__ = ["Answer", "Message", "NotThere", "Result", "Slack", "View", "create_app", "sign"]
