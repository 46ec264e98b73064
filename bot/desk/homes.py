"""What a person looks at in their home, and the searches they keep; remembered for each of them."""

from collections.abc import Sequence

from sqlmodel import Session

from bot.desk import Desk, lists
from bot.desk.access import Operator, require
from bot.errors import InvalidInput
from bot.rules.listing import HomePage
from bot.rules.views import EVERYBODYS, Filter, View, choose
from store.columns import INSERTS
from store.db import reading, writing
from store.search_models import Home

MOST_VIEWS = 20
LONGEST_NAME = 40  # characters


def load_home(desk: Desk, by: Operator) -> HomePage:
    """The person's home as things stand now. A search that nobody can read any more is let go."""
    require(by)
    kept = _kept(desk, by)
    search = kept.search
    try:
        page = lists.page(desk, search, by.user_id, kept.cursor)
    except InvalidInput:
        search, page = "", lists.page(desk, "", by.user_id)
    counts = tuple(lists.count(desk, view.search, by.user_id) for view in EVERYBODYS)
    return HomePage(search, _views(kept), counts, page)


def load_search(desk: Desk, by: Operator) -> tuple[str, tuple[View, ...]]:
    """What the person looks at, and the searches they keep."""
    require(by)
    kept = _kept(desk, by)
    return kept.search, _views(kept)


def load_views(desk: Desk, by: Operator) -> tuple[View, ...]:
    """The searches the person keeps, in the order in which they were kept."""
    return load_search(desk, by)[1]


def look_at(desk: Desk, by: Operator, search: str) -> None:
    """Look at the list of this search from its beginning. Raises InvalidInput for one nobody can read."""
    require(by)
    text = " ".join(search.split())
    if len(text) > lists.LONGEST:
        raise InvalidInput("A search has at most {most} characters.", field="text", most=lists.LONGEST)
    _read(desk, by, text)
    with writing(desk.engine) as session:
        home = _home(session, by)
        home.search, home.cursor = text, ""


def narrow(desk: Desk, by: Operator, which: Filter, words: str) -> None:
    """Put a filter into what the person looks at, or take it away."""
    require(by)
    look_at(desk, by, choose(_kept(desk, by).search, which, words))


def turn(desk: Desk, by: Operator, cursor: str) -> None:
    """Turn to another page."""
    require(by)
    with writing(desk.engine) as session:
        _home(session, by).cursor = cursor[:80]


def keep_view(desk: Desk, by: Operator, name: str, search: str) -> None:
    """Keep a search by a name; one of the same name is replaced. Raises InvalidInput."""
    require(by)
    text, called = " ".join(search.split()), " ".join(name.split())
    _read(desk, by, text)
    if not called or len(called) > LONGEST_NAME:
        raise InvalidInput("A name has 1 to {most} characters.", field="name", most=LONGEST_NAME)
    with writing(desk.engine) as session:
        home = _home(session, by)
        others = [view for view in _views(home) if view.name != called]
        if len(others) >= MOST_VIEWS:
            raise InvalidInput("At most {most} searches can be kept. Remove one first.", most=MOST_VIEWS)
        _write(home, [*others, View(called, text)])


def forget_views(desk: Desk, by: Operator, names: Sequence[str]) -> None:
    """Keep these searches no longer."""
    require(by)
    with writing(desk.engine) as session:
        home = _home(session, by)
        _write(home, [view for view in _views(home) if view.name not in names])


def _kept(desk: Desk, by: Operator) -> Home:
    with reading(desk.engine) as session:
        return session.get(Home, by.user_id) or Home(user_id=by.user_id)


def _read(desk: Desk, by: Operator, text: str) -> None:
    try:
        lists.read(desk, text, by.user_id)
    except InvalidInput as e:
        raise InvalidInput(e.message, field="text", **e.values) from e


def _home(session: Session, by: Operator) -> Home:
    """The person's row, held until the transaction ends."""
    insert = INSERTS[session.get_bind().dialect.name](Home)
    new = Home(user_id=by.user_id).model_dump()
    session.connection().execute(insert.values(**new).on_conflict_do_nothing())
    return session.get_one(Home, by.user_id, with_for_update=True)


def _views(home: Home) -> tuple[View, ...]:
    return tuple(View(str(one["name"]), str(one["search"])) for one in home.views)


def _write(home: Home, views: Sequence[View]) -> None:
    home.views = [{"name": view.name, "search": view.search} for view in views]
