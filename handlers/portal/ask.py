"""Asking for a return: choose, say what goes out instead, look at it once more, send. Decides nothing.

Every step carries the whole form along, so that nothing typed is lost and nothing is kept before it is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk import Desk
from bot.desk.photos import unsent
from bot.desk.portal_ask import (
    Asked,
    AskedLine,
    AskLine,
    AskView,
    articles,
    ask,
    estimate,
    is_label_free,
    label_for,
    offer,
    problems,
)
from bot.errors import DeskError, GatewayError
from bot.i18n import Words
from bot.rules.choice import Problem
from handlers.portal.ask_texts import REASONS, Texts
from handlers.portal.follow import back_to, visited
from handlers.portal.forms import NONCE, Form, Stale, nonce_for, read_form
from handlers.portal.pages import page
from handlers.portal.photo_values import limits, photo_address, take_photos
from handlers.portal.uploads import Sent, form_with_photos
from handlers.portal.visitor import NoVisit, Visitor
from store.terms import Reason, Wish

PURPOSE = "ask"
REVIEW, ARTICLES, SEND, BACK = "review", "articles", "send", "back"
LONGEST = 4000  # characters of one field that is shown again


@dataclass(frozen=True)
class Typed:
    """What stands in the form, whether or not it can be used."""

    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def get(self, name: str) -> str:
        """What stands in a field; empty where there is none."""
        return self.values.get(name, "")[:LONGEST]

    def has(self, line: AskLine) -> bool:
        """Whether the line is ticked."""
        return str(line.line.line_id) in self.lists.get("line", ())

    def photos(self, line: AskLine) -> tuple[str, ...]:
        """The photos the form names for a line."""
        return self.lists.get(f"photo-{line.line.line_id}", ())


EMPTY = Typed({}, {})


@dataclass(frozen=True)
class Step:
    """One request of a visitor: what was typed and what it means for the order.

    ``photos`` are those of each line; ``refused`` says which were not taken.
    """

    desk: Desk
    request: Request
    visitor: Visitor
    view: AskView
    typed: Typed
    nonce: str
    photos: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()

    @property
    def asked(self) -> Asked:
        """What was typed, as far as it can be understood."""
        wish = self.typed.get("wish")
        lines = tuple(
            _line(self.typed, line, self.photos.get(line.line.line_id, ()))
            for line in self.view.lines
            if self.typed.has(line)
        )
        return Asked(lines, Wish(wish) if wish in list(Wish) else None, self.visitor.language)

    @property
    def words(self) -> Words:
        """The customer's language."""
        return Words(self.visitor.language, self.desk.settings.timezone)

    def show(self, name: str, found: tuple[Problem, ...] = (), *, status: int = 200, **more: Any) -> Response:
        """A page of the form; ``found`` are its problems, each shown at its field and in a list on top."""
        said = {one.field: self.words(one.message, **one.values) for one in reversed(found)}
        values: dict[str, Any] = {
            "view": self.view,
            "typed": self.typed,
            "asked": self.asked,
            "nonce": self.nonce,
            "errors": {one.field: said[one.field] for one in found},
            "texts": Texts(self.view, self.words),
            "reasons": REASONS,
            "limits": limits(self.desk),
            "photos": {
                number: [(name, photo_address(name)) for name in names]
                for number, names in self.photos.items()
            },
        }
        return page(self.desk, self.request, name, status=status, **values, **more)


def add_routes(router: APIRouter, desk: Desk) -> None:
    """The pages on which a return is asked for."""
    with_photos = form_with_photos(desk)

    @router.get("/ask")
    def form(request: Request) -> Response:
        return visited(desk, request, lambda visitor: _open(desk, request, visitor))

    @router.post("/ask")
    def go_on(request: Request, sent: Annotated[Sent, Depends(with_photos)]) -> Response:
        return visited(desk, request, lambda visitor: _go_on(desk, request, visitor, sent))


def _open(desk: Desk, request: Request, visitor: Visitor) -> Response:
    try:
        return _start(desk, request, visitor, EMPTY).show("ask.html")
    except GatewayError:
        return page(desk, request, "ask_later.html", status=503)


def _start(desk: Desk, request: Request, visitor: Visitor, typed: Typed) -> Step:
    """The form anew. A link to one return does not open the rest of its order."""
    if visitor.link.return_id is not None:
        raise NoVisit
    nonce = nonce_for(desk, visitor.visit_id, PURPOSE)
    return _with_kept(Step(desk, request, visitor, offer(desk, visitor.order_id), typed, nonce))


def _go_on(desk: Desk, request: Request, visitor: Visitor, sent: Sent) -> Response:
    try:
        step = _start(desk, request, visitor, _typed(sent))
        try:
            form = read_form(desk, request, sent, visitor.visit_id, PURPOSE)
        except Stale:
            stale = Problem(
                "This page was open for too long. Please look at it again and repeat what you did.",
                field="lines",
            )
            return step.show("ask.html", (stale,), status=400)
        return _answer(_with_new(replace(step, nonce=form.get(NONCE)), sent), form)
    except GatewayError:
        return page(desk, request, "ask_later.html", status=503)


def _with_kept(step: Step) -> Step:
    """The photos of earlier pages, as far as they are still there and were sent with nothing else."""
    lines = step.view.open_lines
    there = unsent(
        step.desk, step.visitor.order_id, [name for one in lines for name in step.typed.photos(one)]
    )
    kept = {
        one.line.line_id: tuple(name for name in there if name in step.typed.photos(one)) for one in lines
    }
    gone = [one.line.line_id for one in lines if len(kept[one.line.line_id]) < len({*step.typed.photos(one)})]
    refused = tuple(_gone(number) for number in gone)
    return replace(step, photos=kept, refused=refused)


def _with_new(step: Step, sent: Sent) -> Step:
    """Keep the photos that came along, whatever else has to be corrected."""
    photos, refused, besides = dict(step.photos), list(step.refused), 0
    for one in step.view.open_lines:
        number = one.line.line_id
        files = sent.files.get(f"file-{number}", ())
        if not files:
            continue
        names, found = take_photos(step.desk, step.visitor.order_id, files, line_id=number, besides=besides)
        besides += len(files)
        photos[number] = tuple(dict.fromkeys([*photos[number], *names]))
        refused += [replace(problem, field=f"photo-{number}") for problem in found[:1]]
    return replace(step, photos=photos, refused=tuple(refused))


def _gone(number: int) -> Problem:
    return Problem("A photo of yours is no longer there. Please add it again.", field=f"photo-{number}")


def _answer(step: Step, form: Form) -> Response:
    """The next page, or the one on which something has to be corrected."""
    wanted = form.get("step")
    if wanted == SEND:
        return _send(step, form)
    if wanted == BACK:
        return step.show("ask.html")
    found = step.refused or ()
    found += tuple(one for one in problems(step.view, step.asked) if one.field not in _fields(found))
    if found:
        return step.show("ask.html", found, status=422)
    if step.asked.wish is Wish.EXCHANGE:
        open_lines = [one.line_id for one in step.asked.lines if one.article is None]
        if wanted != ARTICLES or open_lines:
            return _choose(step, open_lines if wanted == ARTICLES else [])
    return _review(step)


def _fields(found: tuple[Problem, ...]) -> set[str]:
    return {problem.field for problem in found}


def _choose(step: Step, missing: list[int]) -> Response:
    """The page on which the customer says what goes out instead."""
    found = tuple(
        Problem("Choose what you would like instead.", field=f"article-{number}") for number in missing
    )
    choices = articles(step.desk, step.view.order.order_id, step.asked)
    return step.show("ask_exchange.html", found, status=422 if found else 200, choices=choices)


def _review(step: Step) -> Response:
    """What will be sent and what it gives, before it is sent."""
    try:
        given = estimate(step.desk, step.view, step.asked)
    except DeskError as e:
        return _refused(step, e)
    free = is_label_free(step.view, step.asked)
    label = label_for(step.view, step.asked)
    return step.show("ask_review.html", given=given, label=label, label_free=free)


def _send(step: Step, form: Form) -> Response:
    try:
        opened = ask(step.desk, step.view.order.order_id, _as_typed(step), form.nonce)
    except DeskError as e:
        return _refused(step, e)
    return back_to(step.desk, opened.number)


def _as_typed(step: Step) -> Asked:
    """With the photos the form names, there or not: the same form sent twice is the same request."""
    named = {one.line.line_id: step.typed.photos(one) for one in step.view.lines}
    return replace(step, photos=named).asked


def _refused(step: Step, error: DeskError) -> Response:
    """The first page with what stands against it; what was typed stands there still."""
    field = error.field if error.field and "-" in error.field else "lines"
    problem = Problem(error.message, error.values, field=field)
    return step.show("ask.html", problems(step.view, step.asked) or (problem,), status=422)


def _typed(sent: Sent) -> Typed:
    """The fields of the form, also of one that may not be acted on."""
    lists = {name: tuple(value.replace("\0", "") for value in given) for name, given in sent.lists.items()}
    return Typed({name: given[0] for name, given in lists.items()}, lists)


def _line(typed: Typed, line: AskLine, photos: tuple[str, ...]) -> AskedLine:
    number = line.line.line_id
    count, reason = typed.get(f"quantity-{number}").strip(), typed.get(f"reason-{number}")
    return AskedLine(
        line_id=number,
        quantity=int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 0,
        reason=Reason(reason) if reason in list(Reason) else None,
        note=typed.get(f"note-{number}").strip(),
        photos=photos,
        article=_article(typed.get(f"article-{number}")),
    )


def _article(text: str) -> tuple[int, int] | None:
    """A product and its variation, written 12:34."""
    numbers = [int(part) for part in _numbers(text)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _numbers(text: str) -> Iterator[str]:
    return (part for part in text.split(":") if part.isascii() and part.isdigit() and len(part) < 16)
