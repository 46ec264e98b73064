"""The page a customer pays on, for people: plain HTML in two languages, no script; decides nothing itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.sandbox.stripe import checkout
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.currencies import to_major
from bot.sandbox.stripe.records import Json
from bot.sandbox.stripe.words import WORDS

PREFIX = "/c/pay/"
DEEDS = ("expire", "arrive", "fail")
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


@dataclass(frozen=True)
class Shown:
    """A page, or the way to another one."""

    status: int
    html: str = ""
    location: str = ""


def serve(account: Account, path: str, form: dict[str, Any] | None, accepted: str) -> Shown:
    """The page of a session; with ``form`` what its button did. ``accepted`` is the browser's languages."""
    session = account.records.get("checkout.session", path.removeprefix(PREFIX))
    if session is None:
        return Shown(404, _render(_state("unknown", "fr" if accepted.startswith("fr") else "en")))
    language = _language(session["locale"], accepted)
    if form and form.get("deed") in DEEDS:
        _let_happen(account, session, form["deed"])
        return Shown(303, location=path)
    if form is None or session["status"] != "open":
        return Shown(200, _session_page(account, session, language))
    way, email = form.get("way"), form.get("email")
    if way not in checkout.WAYS:
        return Shown(400, _session_page(account, session, language, problem="choose"))
    complete = checkout.pay(account, session, cast(checkout.Way, way), email=email or None)
    if not complete:
        return Shown(402, _session_page(account, session, language, problem="declined"))
    return Shown(303, location=_destination(session))


def _let_happen(account: Account, session: Json, deed: str) -> None:
    """What only a sandbox offers; a deed that came too late changes nothing, the page shows what is true."""
    if deed == "expire" and session["status"] == "open":
        checkout.expire(account, session)
    elif deed != "expire" and checkout.waits_for_money(account, session):
        checkout.settle(account, session, succeeded=deed == "arrive")


def _destination(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _language(locale: str | None, accepted: str) -> str:
    wanted = accepted if locale in (None, "auto") else locale
    return "fr" if (wanted or "").lower().startswith("fr") else "en"


def _session_page(account: Account, session: Json, language: str, *, problem: str = "") -> str:
    if session["status"] != "open":
        return _render(_state(checkout.state_of(account, session), language))

    def money(amount: int) -> str:
        return format_currency(
            to_major(amount, session["currency"]), session["currency"].upper(), locale=language
        )

    return _render(
        _state("open", language)
        | {
            "shop": account.profile["settings"]["dashboard"]["display_name"],
            "session": session,
            "items": [item | {"amount": money(item["amount_total"])} for item in session["line_items"]],
            "total": money(session["amount_total"]),
            "problem": WORDS[language].get(problem, ""),
        }
    )


def _state(state: str, language: str) -> dict[str, Any]:
    return {"state": state, "language": language, "words": WORDS[language]}


def _render(values: dict[str, Any]) -> str:
    return TEMPLATES.get_template("page.html").render(values)
