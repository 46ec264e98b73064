"""The shop's returns policy as people write it (TOML), read strictly: every problem is named by its key.

Knows no file and no setting: somebody else hands over the text.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot.i18n import LANGUAGES
from bot.rules.approval import LONGEST_NAME, Approval, Exemption
from bot.rules.eligibility import ReasonRule, ReturnPolicy, Rule, Window
from store.terms import FAULT_REASONS, Reason, Wish

NO_END = "no end"
MOST_DAYS = 3650
AMOUNT = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)
LONGEST_SENTENCE = 300


class BadPolicy(Exception):
    """A policy that cannot be used: one sentence for each problem, naming where it is."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def _window(value: Any) -> Any:
    if value is None or isinstance(value, Window):
        return value
    if value == NO_END:
        return Window(None)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        raise ValueError(f'expected a number of days up to {MOST_DAYS}, or "{NO_END}"')
    return Window(value)


def _amount(value: str) -> str:
    if not AMOUNT.fullmatch(value):
        raise ValueError('expected an amount in quotes, with a point and no currency, such as "150.00"')
    return value


def _sentences(value: Any) -> Any:
    """One sentence for everybody, or one for each language by its code."""
    said = {"": value} if isinstance(value, str) else value
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise ValueError("expected a sentence in quotes, or one for each language")
    if unknown := set(said) - {"", *LANGUAGES}:
        raise ValueError(f"there is no language {min(unknown)}; expected {' or '.join(LANGUAGES)}")
    if any(len(one) > LONGEST_SENTENCE for one in said.values()):
        raise ValueError(f"expected {LONGEST_SENTENCE} characters at most")
    return said


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Days = Annotated[Window | None, BeforeValidator(_window)]
Amount = Annotated[str, AfterValidator(_amount)]
Sentences = Annotated[dict[str, str], BeforeValidator(_sentences)]
Texts = Annotated[list[str], Field(min_length=1)]
Reasons = Annotated[list[Reason], Field(min_length=1)]
Wishes = Annotated[list[Wish], Field(min_length=1)]
Percent = Annotated[int, Field(ge=1, le=100, strict=True)]
Count = Annotated[int, Field(ge=0, le=100_000, strict=True)]
Yes = Annotated[bool, Field(strict=True)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _General(_Table):
    days: Days = None
    reasons: Reasons | None = None
    wishes: Wishes | None = None
    photo: Yes = False
    label_free: Yes = False


class _RuleIn(_General):
    name: Name
    products: Texts | None = None
    categories: Texts | None = None
    tags: Texts | None = None
    on_sale: Yes | None = None
    discount_from: Percent | None = None
    returnable: Yes = True
    because: Sentences = {}


class _ReasonIn(_Table):
    days: Days = None
    photo: Yes = False
    label_free: Yes = False


class _ExemptIn(_Table):
    name: Name
    reasons: Reasons | None = None
    wishes: Wishes | None = None
    value_above: Amount = ""
    value_up_to: Amount = ""
    returns_from: Count | None = None
    returns_up_to: Count | None = None
    orders_from: Count | None = None
    orders_up_to: Count | None = None


class _ApprovalIn(_Table):
    automatic: Yes = False
    exempt: list[_ExemptIn] = Field(default_factory=list, alias="except")


class _PolicyIn(_Table):
    general: _General = _General()
    rule: list[_RuleIn] = []
    reason: dict[Reason, _ReasonIn] = {}
    approval: _ApprovalIn = _ApprovalIn()


CONDITIONS = ("products", "categories", "tags", "on_sale", "discount_from")


def parse_policy(text: str, *, days: int | None) -> ReturnPolicy:
    """The policy in ``text``; ``days`` is the general window where it names none. Raises BadPolicy."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise BadPolicy([f"not readable as TOML: {e}"]) from None
    try:
        policy = _PolicyIn.model_validate(found)
    except ValidationError as e:
        raise BadPolicy([_sentence(error, found) for error in e.errors(include_url=False)]) from None
    if problems := [*_contradictions(policy)]:
        raise BadPolicy(problems)
    return _policy(policy, days)


def default_policy(days: int | None) -> ReturnPolicy:
    """What holds without a file: one window for everything, every reason, every wish, a person agrees."""
    return ReturnPolicy(Rule(window=Window(days)))


def _policy(policy: _PolicyIn, days: int | None) -> ReturnPolicy:
    general = _rule(policy.general)
    if policy.general.days is None:
        general = _rule(policy.general, Window(days))
    return ReturnPolicy(
        general=general,
        rules=tuple(_rule(rule) for rule in policy.rule),
        reasons={
            reason: ReasonRule(one.photo, one.label_free, one.days) for reason, one in policy.reason.items()
        },
        approval=Approval(policy.approval.automatic, tuple(map(_exemption, policy.approval.exempt))),
    )


def _rule(given: _General, window: Window | None = None) -> Rule:
    more: dict[str, Any] = {}
    if isinstance(given, _RuleIn):
        more = {name: getattr(given, name) for name in ("name", "on_sale", "discount_from", "returnable")}
        more["because"] = given.because
        more["products"] = frozenset(name.casefold() for name in given.products or ())
        more["categories"] = frozenset(given.categories or ())
        more["tags"] = frozenset(given.tags or ())
    return Rule(
        window=window or given.days,
        reasons=tuple(given.reasons) if given.reasons else None,
        wishes=tuple(given.wishes) if given.wishes else None,
        photo=given.photo,
        label_free=given.label_free,
        **more,
    )


def _exemption(given: _ExemptIn) -> Exemption:
    values = given.model_dump(exclude={"reasons", "wishes"})
    return Exemption(reasons=frozenset(given.reasons or ()), wishes=frozenset(given.wishes or ()), **values)


def _contradictions(policy: _PolicyIn) -> Iterable[str]:
    """What is well written and cannot be meant."""
    names = [rule.name for rule in policy.rule]
    for number, rule in enumerate(policy.rule, start=1):
        where = f"rule {number} ({rule.name})"
        if all(getattr(rule, name) is None for name in CONDITIONS):
            yield f"{where}: fits everything; give it {', '.join(CONDITIONS[:-1])} or {CONDITIONS[-1]}"
        if names.index(rule.name) < number - 1:
            yield f"{where}: two rules have this name; give each its own"
        if rule.because and rule.returnable:
            yield f"{where}, because: only said where returnable = false"
    for number, one in enumerate(policy.approval.exempt, start=1):
        if one == _ExemptIn(name=one.name):
            yield f"approval.except {number} ({one.name}): fits everything; give it a condition"
    for reason, own in policy.reason.items():
        if "label_free" in own.model_fields_set and not own.label_free and reason in FAULT_REASONS:
            yield (
                f"reason.{reason}, label_free: expected true or nothing; where the shop is at fault, the "
                "label is never the customer's"
            )


EXPECTED = {
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "string_type": "expected a text in quotes",
    "list_type": "expected a list in square brackets",
    "model_type": "expected a table of keys",
    "dict_type": "expected a table of keys",
    "missing": "is missing",
    "too_short": "expected at least one entry",
    "string_too_short": "expected a text that is not empty",
}


def _sentence(error: ErrorDetails, found: Mapping[str, Any]) -> str:
    path, said = _place(error["loc"], found), error["msg"].removeprefix("Value error, ")
    kind = error["type"]
    if kind == "extra_forbidden":
        said = f"no such key{_meant(error['loc'])}"
    elif kind == "enum":
        said = f"expected one of {error['ctx']['expected'].replace(' or ', ', ').replace(chr(39), '')}"
    else:
        said = EXPECTED.get(kind, said)
    return f"{path}: {said[:1].lower()}{said[1:]}"


def _place(loc: tuple[int | str, ...], found: Mapping[str, Any]) -> str:
    """Where a problem is, as a person looks for it: rule 2 (Final sale), days."""
    parts = [part for part in loc if part != "[key]"]
    listed = {"rule": 1, "approval": 2}.get(str(parts[0]), 0)
    if listed and len(parts) > listed and isinstance(parts[listed], int):
        number = int(parts[listed])
        rows = found["rule"] if listed == 1 else found["approval"]["except"]
        table = f"{'.'.join(map(str, parts[:listed]))} {number + 1}{_named(rows[number])}"
        return ", ".join(filter(None, [table, _rest(parts[listed + 1 :])]))
    depth = 2 if parts[0] == "reason" else 1
    return ", ".join(filter(None, [".".join(map(str, parts[:depth])), _rest(parts[depth:])]))


def _named(row: Any) -> str:
    name = row.get("name") if isinstance(row, dict) else None
    return f" ({name})" if isinstance(name, str) else ""


def _rest(parts: Iterable[int | str]) -> str:
    return " ".join(f"entry {part + 1}" if isinstance(part, int) else part for part in parts)


def _meant(loc: tuple[int | str, ...]) -> str:
    tables: dict[str, type[_Table]] = {"general": _General, "rule": _RuleIn, "reason": _ReasonIn}
    table = (
        _PolicyIn if len(loc) == 1 else tables.get(str(loc[0]), _ExemptIn if len(loc) > 2 else _ApprovalIn)
    )
    known = [field.alias or name for name, field in table.model_fields.items()]
    close = get_close_matches(str(loc[-1]), known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; expected one of {', '.join(known)}"
