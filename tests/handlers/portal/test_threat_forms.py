"""Forms: only our own page, in the hands of the one it was shown to, does anything, and that once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from handlers.portal.forms import AGE
from tests.handlers.portal.doors import changed, everything
from tests.handlers.portal.pairs import Pair, pair
from tests.handlers.portal.test_threat_others import FORMS, IDS, LOOKED_UP, OF_A_VISIT, Form, fill_in, send

__all__ = ["pair"]

ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "origin": {"origin": "https://evil.example"},
    "origin that begins like ours": {"origin": "http://127.0.0.1:8000.evil.example"},
    "origin with ours as its user": {"origin": "http://127.0.0.1:8000@evil.example"},
    "origin of another port": {"origin": "http://127.0.0.1:1"},
    "no origin at all but a scheme": {"origin": "file://"},
    "cross-site": {"sec-fetch-site": "cross-site"},
    "same-site": {"sec-fetch-site": "same-site"},
    "cross-site and nobody": {"sec-fetch-site": "cross-site", "origin": "null"},
}


KINDS = ("text/plain", "application/json", "multipart/form-data; boundary=x", "multipart/form-data", "")


class TwelveHoursAgo(TimestampSigner):
    """Signs as the desk did when the form was shown."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - AGE - 60


def aged(pair: Pair, nonce: str) -> str:
    """The same hidden field, of a page that was opened too long ago."""
    key = pair.door.world.desk.settings.secret_key.get_secret_value()
    given = URLSafeTimedSerializer(key, salt="portal-form").loads(nonce)
    return str(URLSafeTimedSerializer(key, salt="portal-form", signer=TwelveHoursAgo).dumps(given))


def other_nonces(pair: Pair, form: Form) -> dict[str, str]:
    """What may stand in the hidden field instead of what belongs there."""
    nonce = fill_in(form, pair.marie)["nonce"]
    another = FORMS[(FORMS.index(form) + 1) % len(FORMS)]
    value, moment, signature = nonce.rsplit(".", 2)
    return {
        "none": "",
        "of another form": fill_in(another, pair.marie)["nonce"],
        "of another visitor": fill_in(form, pair.paul)["nonce"] if form.path != "/returns/" else "x",
        "too old": aged(pair, nonce),
        "without a signature": f"{value}.{moment}.",
        "of another moment": f"{value}.AAAAAA.{signature}",
        "of another value": f"W10.{moment}.{signature}",
        "no text": "\0\ud7ff",
        "huge": "x" * 100_000,
    }


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_form_with_another_nonce_does_nothing(pair: Pair, form: Form) -> None:
    for name, nonce in other_nonces(pair, form).items():
        before = everything(pair.door.world.desk)
        answer = send(form, pair.marie, pair.marie, {**fill_in(form, pair.marie), "nonce": nonce})
        assert answer.status_code == 400, name
        assert not changed(before, everything(pair.door.world.desk)) - LOOKED_UP, name


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_form_of_another_site_does_nothing_even_with_our_nonce(pair: Pair, form: Form) -> None:
    fields = fill_in(form, pair.marie)
    url = pair.door.url + pair.marie.address(form.path, form.deed)
    for name, headers in ELSEWHERE.items():
        before = everything(pair.door.world.desk)
        answer = pair.marie.customer.session.post(url, data=fields, headers=dict(headers), timeout=10)
        assert answer.status_code == 400, name
        assert not changed(before, everything(pair.door.world.desk)) - LOOKED_UP, name
    ours = {"origin": pair.door.url, "sec-fetch-site": "same-origin"}
    done = pair.marie.customer.session.post(url, data=fields, headers=ours, timeout=10, allow_redirects=False)
    assert done.status_code in (200, 303)


@pytest.mark.parametrize("form", OF_A_VISIT, ids=IDS[1:])
def test_without_the_cookie_a_form_does_nothing(pair: Pair, form: Form) -> None:
    before = everything(pair.door.world.desk)
    url = pair.door.url + pair.marie.address(form.path, form.deed)
    answer = requests.post(url, data=fill_in(form, pair.marie), timeout=10)
    assert answer.status_code == 404
    assert changed(before, everything(pair.door.world.desk)) <= {"messages.seen_at"}


@pytest.mark.parametrize("form", OF_A_VISIT, ids=IDS[1:])
def test_a_body_of_another_kind_does_nothing(pair: Pair, form: Form) -> None:
    url = pair.door.url + pair.marie.address(form.path, form.deed)
    body = '{"nonce": "' + fill_in(form, pair.marie)["nonce"] + '", "text": "hello"}'
    before = everything(pair.door.world.desk)
    for kind in KINDS:
        headers = {"content-type": kind} if kind else {}
        answer = pair.marie.customer.session.post(url, data=body, headers=headers, timeout=10)
        assert answer.status_code == 400, kind
    assert not changed(before, everything(pair.door.world.desk)) - LOOKED_UP


def wrong_requests(line: int) -> dict[str, dict[str, str]]:
    """What the page for asking would not let through to its last step."""
    return {
        "no line": {"line": ""},
        "a line of nobody": {"line": "999999"},
        "no unit": {f"quantity-{line}": "0"},
        "more than there are": {f"quantity-{line}": "99999"},
        "less than none": {f"quantity-{line}": "-1"},
        "half a unit": {f"quantity-{line}": "1.5"},
        "wide digits": {f"quantity-{line}": "１"},
        "no reason": {f"reason-{line}": ""},
        "a reason of their own": {f"reason-{line}": "because"},
        "no wish": {"wish": ""},
        "a wish of their own": {"wish": "money"},
        "another article for nothing": {"wish": "exchange"},
        "somebody else's article": {"wish": "exchange", f"article-{line}": "1:99999"},
        "a text without end": {f"note-{line}": "x" * 2001},
    }


def test_a_form_that_skips_the_steps_before_is_judged_like_any(pair: Pair) -> None:
    form, marie = FORMS[1], pair.marie
    for name, typed in wrong_requests(marie.line_id).items():
        fields = fill_in(form, marie, **typed)
        before = everything(pair.door.world.desk)
        answer = send(form, marie, marie, fields)
        assert answer.status_code == 422, name
        assert 'role="alert"' in answer.text, name
        assert not changed(before, everything(pair.door.world.desk)) - LOOKED_UP, name


@pytest.mark.parametrize("form", OF_A_VISIT, ids=IDS[1:])
def test_a_form_sent_many_times_at_once_counts_once(pair: Pair, form: Form) -> None:
    desk, marie = pair.door.world.desk, pair.marie
    fields = fill_in(form, marie)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(form, marie, marie, fields).status_code, range(4)))
    assert set(answers) <= {303, 422}
    assert 303 in answers
    after = everything(desk)
    assert send(form, marie, marie, fields).status_code in (303, 422)
    assert not changed(after, everything(desk)) - LOOKED_UP
    told = [row["payload"] for row in after["operations"].values() if row["kind"] == "slack.thread"]
    assert len(told) == len({str(one) for one in told}) <= 3
