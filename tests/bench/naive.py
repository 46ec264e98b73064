"""The naive desk (B2), written in an afternoon: ``python -m tests.bench.naive PORT SECRET SLACK FILE``.

Handlers do the work while Slack waits, one card and a line for every event, search by LIKE, pages by OFFSET.
It acknowledges, commits and draws its cards; only it does so at once and one by one.
"""

import argparse
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from handlers.bodies import body_of

Body = Annotated[bytes, Depends(body_of)]
CHANNEL, HOST, PAGE = "C01RETURNS", "127.0.0.1", 10
TABLES = """
CREATE TABLE IF NOT EXISTS returns (
  id INTEGER PRIMARY KEY, number TEXT, customer TEXT, email TEXT, goods TEXT, status TEXT,
  owner TEXT, ts TEXT);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, return_id INTEGER, text TEXT);
"""


@dataclass(frozen=True)
class Naive:
    """The database's file, and Slack."""

    path: str
    slack: WebClient

    @contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        """A transaction."""
        with closing(sqlite3.connect(self.path, timeout=3)) as connection, connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.row_factory = sqlite3.Row
            yield connection

    def open(self, customer: str, email: str, goods: str) -> int:
        """A new return, and its card, while the customer waits."""
        with self.rows() as rows:
            new = "INSERT INTO returns (customer, email, goods, status) VALUES (?, ?, ?, 'pending')"
            number = int(rows.execute(new, (customer, email, goods)).lastrowid or 0)
            rows.execute("UPDATE returns SET number = ? WHERE id = ?", (f"RMA-{number}", number))
        posted = self.slack.chat_postMessage(channel=CHANNEL, **self.card(number))
        with self.rows() as rows:
            rows.execute("UPDATE returns SET ts = ? WHERE id = ?", (str(posted["ts"]), number))
        return number

    def change(self, number: int, status: str, owner: str, event: str) -> None:
        """A return's next step: its row, its card, a line in its thread."""
        with self.rows() as rows:
            change = "UPDATE returns SET status = ?, owner = ? WHERE id = ?"
            rows.execute(change, (status, owner, number))
            rows.execute("INSERT INTO events (return_id, text) VALUES (?, ?)", (number, event))
            ts = str(rows.execute("SELECT ts FROM returns WHERE id = ?", (number,)).fetchone()["ts"])
        self.slack.chat_update(channel=CHANNEL, ts=ts, **self.card(number))
        self.slack.chat_postMessage(channel=CHANNEL, thread_ts=ts, text=event)

    def card(self, number: int) -> dict[str, Any]:
        """What the card shows."""
        with self.rows() as rows:
            rma = rows.execute("SELECT * FROM returns WHERE id = ?", (number,)).fetchone()
        text = f"{rma['number']} {rma['customer']} {rma['goods']} {rma['status']} {rma['owner'] or ''}"
        names = ("take", "approve", "received", "refund")
        buttons = [
            {
                "type": "button",
                "action_id": name,
                "value": str(number),
                "text": {"type": "plain_text", "text": name},
            }
            for name in names
        ]
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        return {"text": text, "blocks": [section, {"type": "actions", "elements": buttons}]}

    def search(self, text: str, page: int = 0) -> list[str]:
        """Look at every row; count them all; leave out those of the pages before."""
        like, where = f"%{text}%", "number LIKE ? OR customer LIKE ? OR email LIKE ? OR goods LIKE ?"
        with self.rows() as rows:
            count = rows.execute(f"SELECT count(*) FROM returns WHERE {where}", (like,) * 4).fetchone()[0]
            order = f"SELECT * FROM returns WHERE {where} ORDER BY id DESC LIMIT {PAGE} OFFSET ?"
            found = rows.execute(order, (*(like,) * 4, page * PAGE)).fetchall()
        return [f"{count} found", *(f"{row['number']} {row['customer']} {row['status']}" for row in found)]


STEPS = {
    "take": ("pending", "Taken"),
    "approve": ("approved", "Approved"),
    "received": ("received", "Received"),
    "refund": ("resolved", "Refunded"),
}


def create_naive(desk: Naive, secret: str) -> FastAPI:
    """Its doors."""
    authorize = AuthorizeResult(enterprise_id="", team_id="T01", bot_token="xoxb-naive")
    bolt = App(signing_secret=secret, authorize=lambda: authorize, process_before_response=True)
    for name in STEPS:
        bolt.action(name)(_stepping(desk, name))

    @bolt.command("/returns")
    def look_up(ack: Ack, command: dict[str, Any]) -> None:
        ack(text="\n".join(desk.search(command.get("text", ""))))

    app = FastAPI()

    @app.post("/slack/events")
    def slack(request: Request, body: Body) -> Response:
        answer = bolt.dispatch(BoltRequest(body=body.decode(), headers=dict(request.headers)))
        return Response(content=answer.body, status_code=answer.status)

    @app.post("/api/v1/returns")
    def intake(asked: dict[str, Any]) -> Response:
        number = desk.open("Marie Dupont", asked["email"], "Mug, white")
        return JSONResponse({"number": f"RMA-{number}"}, status_code=201)

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok")

    return app


def _stepping(desk: Naive, name: str) -> Callable[..., None]:
    status, event = STEPS[name]

    def step(ack: Ack, body: dict[str, Any]) -> None:
        desk.change(int(body["actions"][0]["value"].partition(":")[0]), status, body["user"]["id"], event)
        ack()

    return step


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "secret", "slack", "database"):
        parser.add_argument(name)
    given = parser.parse_args()
    desk = Naive(given.database, WebClient(token="xoxb-naive", base_url=given.slack))
    with desk.rows() as rows:
        rows.executescript(TABLES)
    uvicorn.run(create_naive(desk, given.secret), host=HOST, port=int(given.port), log_level="warning")


if __name__ == "__main__":
    main()
