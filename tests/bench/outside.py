"""Slack and the shop in a process of their own: ``python -m tests.bench.outside`` prints where they are.

This Slack knows as little as it can: it says yes at once, and notes which call arrived when and what a
message shows now, by which a run is judged. The shop is the sandbox's; ``/-/orders`` places orders there.
"""

import argparse
import itertools
import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story
from tests.bench.population import STAFF
from tests.proof.processes.office import settings_of

TEAM, BOT = "T01", "U0BOT"


class Slack:
    """What was called, and what every message shows."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.calls: list[tuple[float, str, str]] = []
        self.shown: dict[str, str] = {}
        self.paused = threading.Event()

    def answer(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """What Slack says to a call."""
        now = time.monotonic()
        with self.lock:
            ts = str(given.get("ts") or f"1800000000.{next(self.numbers):06d}")
            self.calls.append((now, method, ts))
            if method in ("chat.postMessage", "chat.update"):
                self.shown[ts] = json.dumps([given.get(part) for part in ("text", "blocks", "attachments")])
        return {"ok": True, **self._more(method, given, ts)}

    def _more(self, method: str, given: dict[str, Any], ts: str) -> dict[str, Any]:
        user = str(given.get("user", ""))
        known: dict[str, dict[str, Any]] = {
            "auth.test": {"team_id": TEAM, "url": "https://slack.example/", "user_id": BOT, "bot_id": "B01"},
            "users.info": {"user": {"id": user, "team_id": TEAM, "name": user, "locale": "en-US"}},
            "usergroups.users.list": {"users": STAFF},
            "conversations.open": {"channel": {"id": "D01"}},
            "chat.getPermalink": {"permalink": f"https://slack.example/{ts}"},
        }
        view = {"id": f"V{ts}", "hash": ts, "type": "modal", "blocks": []}
        return known.get(
            method, {"channel": given.get("channel", ""), "ts": ts, "view": view, "messages": []}
        )


def create_handler(slack: Slack, sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    """The requests: Slack's methods, and below /-/ what a bench asks."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if "json" in self.headers.get("content-type", ""):
                given = json.loads(body or b"{}")
            else:
                given = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
            self._say(slack.answer(self.path.rpartition("/")[2], given))

        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            deeds = {
                "/-/calls": _calls,
                "/-/shown": _shown,
                "/-/forget": _forget,
                "/-/orders": _orders,
                "/-/paid": _paid,
            }
            self._say(deeds[path](slack, sandbox, {name: values[0] for name, values in query.items()}))

        def _say(self, answer: Any) -> None:
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nobody reads it."""

    return Handler


def _calls(slack: Slack, _sandbox: Sandbox, query: dict[str, str]) -> Any:
    """How often each method was called; with ``method``, every call of it with its moment and message."""
    with slack.lock:
        if "method" in query:
            return [(at, ts) for at, method, ts in slack.calls if method == query["method"]]
        return Counter(method for _, method, _ in slack.calls)


def _shown(slack: Slack, _sandbox: Sandbox, _query: dict[str, str]) -> Any:
    with slack.lock:
        return dict(slack.shown)


def _forget(slack: Slack, _sandbox: Sandbox, _query: dict[str, str]) -> Any:
    with slack.lock:
        slack.calls.clear()
    return {}


def _orders(_slack: Slack, sandbox: Sandbox, query: dict[str, str]) -> Any:
    """Place orders of two mugs; the id of each and of its line."""
    billing = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@example.com", "country": "FR"}
    mug = sandbox.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=1_000_000)
    way, place = query.get("by", "paypal"), sandbox.shop.place_order
    placed = [place([(mug, 2)], payment_method=way, billing=billing) for _ in range(int(query["count"]))]
    return [(order.id, order.lines[0].id) for order in placed]


def _paid(_slack: Slack, sandbox: Sandbox, _query: dict[str, str]) -> Any:
    """Every payment back of every order, in minor units, by the shop's own ledger."""
    orders = sandbox.shop.state.orders
    return {order: [one.amount_minor for one in sandbox.shop.ledger.refunds(order)] for order in orders}


def main() -> None:
    """Serve until the end of the input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    database = parser.parse_args().database
    slack = Slack()
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        sandbox.shop.stop_queue()
        server = ThreadingHTTPServer(("127.0.0.1", 0), create_handler(slack, sandbox))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        settings = settings_of(sandbox, database, slack_api_url=f"{url}/api/")
        sys.stdout.write(json.dumps({"url": url, "settings": settings}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
