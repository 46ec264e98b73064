"""Whether the shop still tells: it switches a webhook off after a few failures and says so to nobody.

Nothing is lost meanwhile, since the desk asks by itself; it only learns later. So this is said, and mended.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.desk.reconciliation_rows import Keeper
from bot.errors import GatewayError
from bot.gateways.nouns import Webhook
from bot.operations import Task
from bot.rules.difference import Found
from store import journal, marks, reconciliation
from store.db import reading, writing
from store.terms import DifferenceKind

log = logging.getLogger(__name__)

NEWS = "shop.webhooks"
PATH = "/webhooks/woocommerce"
PAUSED = "paused"  # by a person, who knows why


def plan_news_check(desk: Desk) -> None:
    """Want the shop's webhooks looked at."""
    operation = an_operation("webhooks", NEWS, "shop:webhooks", {}, now=desk.now())
    with writing(desk.engine) as session:
        journal.plan_again(session, operation)


def perform_news_check(desk: Desk, _task: Task) -> Mapping[str, Any]:
    """Carry out ``shop.webhooks``: say which are silent, and switch on again what no person paused.

    A shop that never had webhooks for this desk is left as it is: it is asked often enough.
    """
    mine = [hook for hook in desk.shop.webhooks() if hook.url == desk.settings.public_url + PATH]
    silent = [hook for hook in mine if hook.status != "active"]
    if not silent and (mine or not _had_any(desk)):
        _all_well(desk, any_there=bool(mine))
        return {"active": len(mine)}
    _say(desk, silent)
    mended = any(hook.status != PAUSED for hook in silent) or not mine
    if mended and _switch_on(desk):
        _all_well(desk, any_there=True)
    return {"active": len(mine) - len(silent), "silent": len(silent)}


def _had_any(desk: Desk) -> bool:
    with reading(desk.engine) as session:
        return bool(marks.read(session, NEWS))


def _say(desk: Desk, silent: Sequence[Webhook]) -> None:
    topics = sorted({hook.topic for hook in silent})
    about = {"topics": topics, "paused": bool(silent) and all(hook.status == PAUSED for hook in silent)}
    with writing(desk.engine) as session:
        Keeper(desk, session, desk.now()).see(Found(DifferenceKind.NEWS_OFF, "webhooks", about=about))


def _switch_on(desk: Desk) -> bool:
    """Whether the shop took it. A key that may only read cannot, and then a person has to."""
    secret = desk.settings.woocommerce_webhook_secret.get_secret_value()
    if not secret:
        return False
    try:
        desk.shop.ensure_webhook(desk.settings.public_url + PATH, secret)
    except GatewayError as e:
        log.warning("the shop's webhooks cannot be switched on: %s", e.detail)
        return False
    return True


def _all_well(desk: Desk, *, any_there: bool) -> None:
    with writing(desk.engine) as session:
        if any_there:
            marks.write(session, NEWS, "seen")
        known = reconciliation.open_with(session, f"{DifferenceKind.NEWS_OFF}/")
        Keeper(desk, session, desk.now()).settle_gone(known, ())
