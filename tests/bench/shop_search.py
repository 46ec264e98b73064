"""The peer (B1): WooCommerce's own search for orders, on MariaDB, in tables laid out as its own are.

Tables, keys and statement follow what WooCommerce publishes and its issues 38675 and 41454 quote; rows are
invented. Only the database works here, without PHP and pages, which is kinder to the shop than its admin is.
The server is a private one in a folder that is thrown away, without a network; its own clock is read.
"""

import os
import pwd
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.bench.population import COLOURS, THINGS, person

ORDERS = 400_000
META = 10  # rows for each order, as shops with a few plugins have
START_SECONDS = 60.0
STATUSES = ("completed", "processing", "refunded", "cancelled", "on-hold", "failed", "pending")
WEIGHTS = (80, 6, 5, 4, 2, 2, 1)
TEXT = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci"
TABLES = f"""
CREATE TABLE wp_wc_orders (
  id bigint unsigned PRIMARY KEY, status varchar(20), currency varchar(10), type varchar(20),
  tax_amount decimal(26,8), total_amount decimal(26,8), customer_id bigint unsigned,
  billing_email varchar(320), date_created_gmt datetime, date_updated_gmt datetime,
  parent_order_id bigint unsigned,
  payment_method varchar(100), transaction_id varchar(100), ip_address varchar(100), customer_note text,
  KEY status (status), KEY date_created (date_created_gmt), KEY billing_email (billing_email(171)),
  KEY customer_id_billing_email (customer_id, billing_email(171)), KEY date_updated (date_updated_gmt),
  KEY type_status_date (type, status, date_created_gmt), KEY parent_order_id (parent_order_id)) {TEXT};
CREATE TABLE wp_wc_order_addresses (
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, order_id bigint unsigned NOT NULL, address_type varchar(20),
  first_name text, last_name text, address_1 text, city text, postcode text, country text,
  email varchar(320), phone varchar(100),
  UNIQUE KEY address_type_order_id (address_type, order_id), KEY order_id (order_id),
  KEY email (email(171)), KEY phone (phone)) {TEXT};
CREATE TABLE wp_wc_order_operational_data (
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, order_id bigint unsigned, created_via varchar(100),
  woocommerce_version varchar(20), prices_include_tax tinyint(1), order_key varchar(100),
  date_paid_gmt datetime, date_completed_gmt datetime,
  UNIQUE KEY order_id (order_id), KEY order_key (order_key)) {TEXT};
CREATE TABLE wp_wc_orders_meta (
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, order_id bigint unsigned,
  meta_key varchar(255), meta_value text,
  KEY meta_key_value (meta_key(100), meta_value(82)),
  KEY order_id_meta_key_meta_value (order_id, meta_key(100), meta_value(82))) {TEXT};
CREATE TABLE wp_woocommerce_order_items (
  order_item_id bigint unsigned AUTO_INCREMENT PRIMARY KEY, order_item_name text NOT NULL,
  order_item_type varchar(200) NOT NULL DEFAULT '', order_id bigint unsigned NOT NULL,
  KEY order_id (order_id)) {TEXT};
"""
# What the admin's list of orders asks for when somebody types into its search box.
SEARCH = """SELECT wp_wc_orders.id FROM wp_wc_orders
LEFT JOIN wp_woocommerce_order_items AS items ON items.order_id = wp_wc_orders.id
WHERE wp_wc_orders.status IN ({statuses}) AND wp_wc_orders.type = 'shop_order'
AND ({number} items.order_item_name LIKE '%{text}%' OR wp_wc_orders.id IN (
  SELECT meta.order_id FROM wp_wc_orders_meta AS meta
  WHERE meta.meta_key IN ('_billing_address_index', '_shipping_address_index')
  AND meta.meta_value LIKE '%{text}%' GROUP BY meta.order_id))
GROUP BY wp_wc_orders.id ORDER BY wp_wc_orders.date_created_gmt DESC LIMIT 0, 20"""
TIMED = "SET @began = SYSDATE(6); {statement}; SELECT 'took', TIMESTAMPDIFF(MICROSECOND, @began, SYSDATE(6));"
LOAD = "LOAD DATA LOCAL INFILE '{file}' INTO TABLE {table} CHARACTER SET utf8mb4 ({columns});"
OPTIONS = (
    "--skip-networking",
    "--skip-log-bin",
    "--local-infile=1",
    "--innodb-buffer-pool-size=2G",  # everything fits: the shop answers from memory
    "--innodb-log-file-size=512M",
    "--innodb-flush-log-at-trx-commit=1",
)
SERVER, INSTALL, CLIENT = "mariadbd", "mariadb-install-db", "mariadb"


class NotInstalled(Exception):
    """MariaDB is not on this machine."""


@dataclass(frozen=True)
class ShopDatabase:
    """A server of its own, full of orders."""

    client: Sequence[str]
    orders: int

    def search(self, text: str) -> tuple[float, list[int]]:
        """Milliseconds by the server's own clock, and the ids of the orders on the first page."""
        safe = text.replace("\\", "\\\\").replace("'", "\\'").replace("%", "\\%").replace("_", "\\_")
        number = f"wp_wc_orders.id = {safe} OR" if safe.isdigit() else ""
        statuses = ", ".join(f"'wc-{status}'" for status in STATUSES)
        statement = SEARCH.format(statuses=statuses, number=number, text=safe)
        rows = self.run(TIMED.format(statement=statement)).split("\n")
        took = next(row.partition("\t")[2] for row in rows if row.startswith("took\t"))
        return int(took) / 1000, [int(row) for row in rows if row.isdigit()]

    def run(self, statements: str) -> str:
        """What the server says, columns between tabs."""
        done = subprocess.run([*self.client], input=statements, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout


@contextmanager
def a_shop(orders: int = ORDERS, tick: Callable[[int], None] = lambda _done: None) -> Iterator[ShopDatabase]:
    """A private server with so many orders. Raises NotInstalled; ``tick`` hears how many more are there."""
    if not all(_found(name) for name in (SERVER, INSTALL, CLIENT)):
        raise NotInstalled("MariaDB is not installed here (Debian: apt install mariadb-server)")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-")))
        shop = ShopDatabase(stack.enter_context(_server(folder)), orders)
        shop.run("CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;" + TABLES)
        shop = ShopDatabase([*shop.client, "shop"], orders)
        _fill(shop, folder, tick)
        shop.run("ANALYZE TABLE wp_wc_orders, wp_wc_orders_meta, wp_woocommerce_order_items;")
        yield shop


def _found(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")


@contextmanager
def _server(folder: Path) -> Iterator[Sequence[str]]:
    """The server, until the end of the block; the client's command."""
    data, socket = folder / "data", folder / "socket"
    is_root = os.geteuid() == 0
    user = ["--user=mysql"] if is_root else []
    if is_root:
        os.chown(folder, pwd.getpwnam("mysql").pw_uid, -1)
    plain = ["--no-defaults", f"--datadir={data}"]
    how = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([str(_found(INSTALL)), *plain, *user, *how], check=True, capture_output=True)
    client = [str(_found(CLIENT)), "--no-defaults", "--batch", "--skip-column-names", "--local-infile=1"]
    client += [f"--socket={socket}", "--user=root", "--default-character-set=utf8mb4"]
    with (folder / "log").open("w") as log:
        begin = [str(_found(SERVER)), *plain, *user, f"--socket={socket}", *OPTIONS]
        server = subprocess.Popen(begin, stdout=log, stderr=log)
        try:
            _await(client, server)
            yield client
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(START_SECONDS)
            server.kill()
            server.wait()


def _await(client: Sequence[str], server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        if subprocess.run([*client, "-e", "SELECT 1"], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    raise RuntimeError("the shop's database did not start")


def _fill(shop: ShopDatabase, folder: Path, tick: Callable[[int], None]) -> None:
    """Write files and let the server read them, a part at a time: it commits what it has read."""
    part = 50_000
    for first in range(1, shop.orders + 1, part):
        numbers = range(first, min(first + part, shop.orders + 1))
        for table, (columns, rows_of) in ROWS.items():
            file = folder / f"{table}.tsv"
            with file.open("w", encoding="utf-8") as written:
                _write(written, numbers, rows_of)
            file.chmod(0o644)
            shop.run(LOAD.format(file=file, table=table, columns=columns))
            file.unlink()
        tick(len(numbers))


Rows = Callable[[int], Iterator[tuple[object, ...]]]


def _write(written: TextIO, numbers: range, rows_of: Rows) -> None:
    for number in numbers:
        for row in rows_of(number):
            written.write("\t".join(map(str, row)) + "\n")


def _created(number: int) -> str:
    day, second = divmod(number * 237, 86_400)
    clock = time.strftime("%H:%M:%S", time.gmtime(second))
    return f"{2023 + day // 336}-{1 + day // 28 % 12:02d}-{1 + day % 28:02d} {clock}"


def _orders(number: int) -> Iterator[tuple[object, ...]]:
    who, chance = person(number % 130_000), random.Random(number)
    status = "wc-" + chance.choices(STATUSES, WEIGHTS)[0]
    at, cents = _created(number), chance.randrange(900, 30_000)
    customer = number % 130_000
    money = (f"{cents / 600:.2f}", f"{cents / 100:.2f}")
    yield (
        number,
        status,
        "EUR",
        "shop_order",
        *money,
        customer,
        who.email,
        at,
        at,
        0,
        "stripe",
        f"ch_{number}",
    )


def _addresses(number: int) -> Iterator[tuple[object, ...]]:
    who = person(number % 130_000)
    first, _, last = who.name.partition(" ")
    place = (f"{number % 300} rue de la Paix", "Lyon", f"690{number % 100:02d}", "FR")
    for kind in ("billing", "shipping"):
        yield (number, kind, first, last, *place, who.email, who.phone)


def _operational(number: int) -> Iterator[tuple[object, ...]]:
    at = _created(number)
    yield (number, "checkout", "10.5.0", 1, f"wc_order_{number:013x}", at, at)


def _meta(number: int) -> Iterator[tuple[object, ...]]:
    who = person(number % 130_000)
    address = (
        f"{who.name} {number % 300} rue de la Paix Lyon 690{number % 100:02d} FR {who.email} {who.phone}"
    )
    yield (number, "_billing_address_index", address)
    yield (number, "_shipping_address_index", address)
    for extra in range(META - 2):
        yield (number, f"_plugin_{extra}", f"value {number * 31 + extra}")


def _items(number: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(number)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        sku = chance.randrange(3_000)
        yield (f"{THINGS[sku % 12]} {sku} - {COLOURS[sku % 10]}", "line_item", number)
    yield ("Flat rate", "shipping", number)


ROWS: dict[str, tuple[str, Rows]] = {
    "wp_wc_orders": (
        "id, status, currency, type, tax_amount, total_amount, customer_id, billing_email, date_created_gmt, "
        "date_updated_gmt, parent_order_id, payment_method, transaction_id",
        _orders,
    ),
    "wp_wc_order_addresses": (
        "order_id, address_type, first_name, last_name, address_1, city, postcode, country, email, phone",
        _addresses,
    ),
    "wp_wc_order_operational_data": (
        "order_id, created_via, woocommerce_version, prices_include_tax, order_key, date_paid_gmt, "
        "date_completed_gmt",
        _operational,
    ),
    "wp_wc_orders_meta": ("order_id, meta_key, meta_value", _meta),
    "wp_woocommerce_order_items": ("order_item_name, order_item_type, order_id", _items),
}
