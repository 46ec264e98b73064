"""The live search for what can go out in an exchange: the shop is asked while somebody types."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as TooLate
from typing import Any

from slack_bolt import Ack, BoltContext, BoltResponse

from blocks import ids
from blocks.exchange_form import Article, article_option, no_answer_option
from blocks.kit import Block
from blocks.refund_box_state import read_place
from bot.desk import Desk
from bot.desk.cases import load_case
from bot.errors import DeskError, GatewayError
from bot.gateways.nouns import Product
from bot.i18n import Words
from handlers.slack.unsaved import ARRIVED, hurried
from store.db import AWAY

log = logging.getLogger(__name__)

SHORTEST = 2  # characters; a shop lists half of its products for one letter
MOST = 100  # options of one menu
SECONDS = 2.3  # of the three that Slack waits
MENUS = re.compile(rf"^{ids.REPLACEMENT}:\d+$")


def suggesting(desk: Desk) -> Callable[..., BoltResponse]:
    """Answers a menu: articles that fit, or a sentence in their place where the shop is too slow."""

    def suggest(ack: Ack, body: dict[str, Any], context: BoltContext) -> BoltResponse:
        operator = context["operator"]
        if operator.refusal:
            return ack(options=[])
        words = Words(operator.language, desk.settings.timezone)
        pool = context.listener_runner.listener_executor
        arrived = float(context.get(ARRIVED) or time.monotonic())
        asked = pool.submit(_articles, hurried(desk, context), body)
        try:
            found = asked.result(timeout=max(0.1, arrived + SECONDS - time.monotonic()))
        except TooLate:
            log.warning("the shop was too slow for a search")
            return ack(options=[no_answer_option(words)])
        except (GatewayError, *AWAY) as e:
            log.warning("no articles: %s", e)
            return ack(options=[no_answer_option(words)])
        except DeskError:
            return ack(options=[])
        return ack(options=_options(found, words))

    return suggest


def _articles(desk: Desk, body: dict[str, Any]) -> Sequence[Product]:
    """What fits the words typed; without any, the product that comes back in all its variants."""
    typed = " ".join(str(body.get("value") or "").split())[:100]
    case = load_case(desk, read_place(body.get("view") or {})[0])
    if len(typed) >= SHORTEST:
        return desk.shop.search_products(typed, order_id=case.order.order_id)
    line_id = str(body.get("block_id", "")).partition(":")[2]
    line = next((line for line in case.order.products if str(line.line_id) == line_id), None)
    if line is None or not line.product_id:
        return ()
    same = desk.shop.read_variants(line.product_id, order_id=case.order.order_id)
    return sorted(same, key=lambda one: one.variation_id == line.variation_id)


def _options(found: Sequence[Product], words: Words) -> list[Block]:
    sold = [one for one in found if one.price is not None]
    there = sorted(sold, key=lambda one: not one.in_stock)
    return [article_option(_article(one), words) for one in there[:MOST]]


def _article(one: Product) -> Article:
    return Article(
        product_id=one.product_id,
        variation_id=one.variation_id,
        name=one.name,
        variant=one.variant,
        price=one.price,
        stock=one.stock,
        in_stock=one.in_stock,
        backorders=one.backorders,
    )
