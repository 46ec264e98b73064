"""A shop's returns of some years, made up from a seed: many of a few customers, one in ten still new.

Run by itself it fills a database: ``python -m tests.bench.population sqlite:///million.db 1000000``.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from rich.progress import Progress
from sqlalchemy import Engine
from sqlmodel import SQLModel

from store.counting import sum_up
from store.db import migrate, open_engine, writing
from store.models import Member
from store.terms import OPEN_STATUSES, PersonKind, ReturnStatus, Wish
from tests.bench.population_rows import NOW, ROWS, Invented, Person

FIRST = (
    "Marie Zoé Noël Léa Hugo Jules Chloé Inès Anaïs Björn Søren Łucja José Müge Ana Li Xu Éva Théo Maël"
).split()
LAST = (
    "Dupont Lefèvre Müller Garçon O'Neill Nuñez Śliwa Ångström Dvořák Petit Moreau Roux Li Fabre Gauthier"
).split()
THINGS = ("Mug", "Hoodie", "Jacket", "Scarf", "Boots", "Lamp", "Chair", "Vase", "Plate", "Bag", "Hat", "Belt")
COLOURS = ("white", "black", "grey", "sea blue", "red", "moss", "sand", "violet", "gold", "rust")
HOSTS = ("example.com", "example.org", "mail.example.net", "shop.example.fr")
STANDS = {
    ReturnStatus.PENDING: 10,
    ReturnStatus.APPROVED: 3,
    ReturnStatus.IN_TRANSIT: 2,
    ReturnStatus.RECEIVED: 1,
    ReturnStatus.RESOLVED: 74,
    ReturnStatus.REJECTED: 4,
    ReturnStatus.CANCELLED: 5,
    ReturnStatus.EXPIRED: 1,
}
STAFF = tuple(f"U{number:02d}STAFF" for number in range(1, 51))
BATCH = 5_000
YEARS = timedelta(days=3 * 365)


def person(number: int) -> Person:
    """The customer with this number, always the same."""
    chance = random.Random(number)
    first, last = chance.choice(FIRST), f"{chance.choice(LAST)}-{chance.choice(LAST)}"
    alias = "+returns" if number % 7 == 0 else ""
    local = f"{first}.{last}{number}{alias}".casefold().replace("'", "")
    phone = f"+336{chance.randrange(10**8):08d}"
    return Person(f"{first} {last}", f"{local}@{chance.choice(HOSTS)}", phone)


def invent(count: int, seed: int) -> Iterator[Invented]:
    """Returns 1 to ``count``, oldest first. The keenest customer of a million has about two hundred."""
    chance = random.Random(seed)
    wishes = [*[Wish.REFUND] * 7, *[Wish.STORE_CREDIT] * 2, Wish.EXCHANGE]
    statuses, weights = list(STANDS), list(STANDS.values())
    people = max(count // 3, 1)
    for number in range(1, count + 1):
        who = person(int(people * chance.random() ** 1.5))
        status, wish = chance.choices(statuses, weights)[0], chance.choice(wishes)
        sku = chance.randrange(3_000)
        name, variant = f"{THINGS[sku % 12]} {sku}", COLOURS[sku % 10]
        tracking = f"6A{chance.randrange(10**11):011d}" if chance.random() < 0.6 else ""
        opened = NOW - YEARS * (1 - number / count)
        goods = (f"SKU-{sku:04d}", name, variant)
        taken = chance.random() < (0.1 if status is ReturnStatus.PENDING else 0.9)
        owner = chance.choice(STAFF) if taken or status not in OPEN_STATUSES else ""
        yield Invented(number, who, status, wish, *goods, tracking, opened, owner, chance.random())


def fill(engine: Engine, count: int, seed: int = 1, tick: Callable[[int], None] = lambda _done: None) -> None:
    """Fill a migrated, empty database with ``count`` returns. ``tick`` hears how many more are there."""
    _hire(engine)
    returns = invent(count, seed)
    while batch := list(islice(returns, BATCH)):
        with engine.begin() as connection:
            for model, rows_of in ROWS:
                table = SQLModel.metadata.tables[str(model.__tablename__)]
                rows = [row for one in batch for row in rows_of(one)]
                if rows:
                    connection.execute(table.insert(), rows)
        tick(len(batch))
        _sum_up(engine)


def _hire(engine: Engine) -> None:
    """Fifty people who may act, for as long as a right is trusted."""
    with writing(engine) as session:
        for number, user_id in enumerate(STAFF, 1):
            session.add(_member(user_id, f"Agent {number}"))


def _member(user_id: str, name: str) -> Member:
    now, kind = datetime.now(UTC), PersonKind.MEMBER
    return Member(user_id=user_id, team_id="T01", name=name, kind=kind, in_group=True, checked_at=now)


def _sum_up(engine: Engine) -> None:
    """As the worker does: changes become kept numbers."""
    is_more = True
    while is_more:
        with writing(engine) as session:
            is_more = sum_up(session)


def main() -> None:
    """Fill the named database and say how far it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    engine = open_engine(given.database)
    migrate(engine)
    with Progress() as progress:
        task = progress.add_task("returns", total=given.count)
        fill(engine, given.count, given.seed, lambda done: progress.advance(task, done))


if __name__ == "__main__":
    main()
