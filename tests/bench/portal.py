"""What the customer's pages weigh, and how long the desk works on each: ``python -m tests.bench.portal``.

The time is that of the answer of the real server on this machine, as a multiple of its sign of life
(/healthz) asked in turn in the same run. Weights are bytes, as sent and as a proxy would compress them.
"""

import argparse
import gzip
import tempfile
import time
from pathlib import Path

import requests

from bot.desk.conversation import customer_says
from bot.desk.orders import read_order
from bot.desk.portal_links import link_address, make_link, open_link
from handlers.portal.visitor import COOKIE
from store.db import migrate, open_engine, writing
from tests.bench.table import Spread, show
from tests.counter import Counter, Rma, a_counter

MESSAGES = 20
STATIC = {"style": "/returns/static/portal.css", "script": "/returns/static/talk.js"}


def main() -> None:
    """Ask for each page again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    times = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/desk.db")
        migrate(engine)
        with a_counter(engine, photo_folder=str(Path(folder) / "photos")) as counter:
            measure(counter, times)
        engine.dispose()


def measure(counter: Counter, times: int) -> None:
    """Print weight and time of every page of a return with a conversation."""
    rma = counter.open()
    for number in range(MESSAGES):
        customer_says(counter.desk, rma.return_id, f"Message {number}, of some length.", f"form-{number}")
    counter.work(minutes=5)
    browser, asking = visitor(counter, rma), visitor(counter, bought(counter))
    pages = {
        "start": "/returns/",
        "list": "/returns/mine",
        "return, with 20 messages": f"/returns/r/{rma.number}",
        "news for the script": f"/returns/r/{rma.number}/news?after=0",
    }
    rows = [row_of(asking, counter.url, "ask, for one of two articles", "/returns/ask", times)]
    rows += [row_of(browser, counter.url, name, path, times) for name, path in pages.items()]
    rows += [[name, *weights(browser.get(counter.url + path)), "", ""] for name, path in STATIC.items()]
    head = ["page", "bytes", "compressed", "p50 / sign of life", "p95 / sign of life"]
    show(f"the customer's pages, {times} requests each", head, rows)


def bought(counter: Counter) -> Rma:
    """An order of two articles of which nothing has come back."""
    goods = [counter.shop.add_product(name, "20.00", stock=9) for name in ("Cap, grey", "Scarf, blue")]
    marie = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@example.com", "country": "FR"}
    order = counter.shop.place_order([(one, 2) for one in goods], payment_method="paypal", billing=marie)
    read_order(counter.desk, str(order.id))
    return Rma(counter, 0, "", order)


def visitor(counter: Counter, rma: Rma) -> requests.Session:
    """A browser with the cookie of a link."""
    with writing(counter.desk.engine) as session:
        link = make_link(counter.desk, session, rma.order.id)
    browser = requests.Session()
    browser.cookies.set(
        COOKIE, str(open_link(counter.desk, link_address(counter.desk, link).rpartition("/")[2]))
    )
    return browser


def row_of(browser: requests.Session, url: str, name: str, path: str, times: int) -> list[str]:
    """Ask for the page and for the sign of life in turn."""
    spans: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for each, address in zip(spans, (path, "/healthz"), strict=True):
            started = time.perf_counter()
            answer = browser.get(url + address, timeout=10)
            each.append(time.perf_counter() - started)
            assert answer.status_code == 200, (address, answer.status_code)
    page, life = (Spread(each) for each in spans)
    ratios = (f"{page.p50 / life.p50:.1f}", f"{page.p95 / life.p95:.1f}")
    return [name, *weights(browser.get(url + path, timeout=10)), *ratios]


def weights(answer: requests.Response) -> list[str]:
    """Bytes as sent, and compressed."""
    return [f"{len(answer.content):,}", f"{len(gzip.compress(answer.content)):,}"]


if __name__ == "__main__":
    main()
