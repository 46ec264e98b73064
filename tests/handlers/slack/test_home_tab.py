"""App Home: each person's own search, page and kept searches, pressed, chosen and typed as people do."""

import json
from typing import Any

import pytest

from bot.sandbox.slack import Result, View
from bot.sandbox.slack.limits import view_problems
from bot.sandbox.story.people import ALICE, BOB, DAN
from store.terms import Wish
from tests.counter import Counter, Rma


def opened(counter: Counter, user: str = ALICE) -> View:
    """The home as it stands after the worker has drawn it; it is always one that Slack takes."""
    counter.slack.open_home(user)
    return drawn(counter, user)


def drawn(counter: Counter, user: str = ALICE) -> View:
    counter.work()
    home = counter.slack.home(user)
    assert home is not None
    assert view_problems({"type": "home", "blocks": home.blocks}) == []
    return home


def press(counter: Counter, action_id: str, user: str = ALICE) -> View:
    home = counter.slack.home(user)
    assert home is not None
    result = counter.slack.click(user, home, action_id)
    assert result.acked, result
    return drawn(counter, user)


def choose(counter: Counter, which: str, wanted: str, user: str = ALICE) -> View:
    home = counter.slack.home(user)
    assert home is not None
    assert counter.slack.choose(user, home, which, wanted).acked
    return drawn(counter, user)


def listed(home: View) -> list[str]:
    """The returns of the list, by number."""
    lines = [block["text"]["text"] for block in home.blocks if block.get("block_id", "").startswith("found:")]
    return [line.split("*")[1] for line in lines]


def buttons(home: View) -> dict[str, str]:
    """What the buttons say, by action."""
    rows = [block["elements"] for block in home.blocks if block["type"] == "actions"]
    return {one["action_id"]: one["text"]["text"] for row in rows for one in row if one["type"] == "button"}


def menus(home: View) -> dict[str, str]:
    """What is chosen in the menus, by action."""
    rows = [block["elements"] for block in home.blocks if block["type"] == "actions"]
    found = [one for row in rows for one in row if one["type"] == "static_select"]
    return {one["action_id"]: one.get("initial_option", {}).get("value", "") for one in found}


def count_of(home: View, place: int) -> int:
    """The number on one of everybody's views."""
    return int(buttons(home)[f"home_view:{place}"].rpartition(" ")[2])


def search(counter: Counter, text: str, user: str = ALICE, **more: Any) -> Result:
    """Type a search into the modal and submit it."""
    home = counter.slack.home(user)
    assert home is not None
    counter.slack.click(user, home, "home_search")
    return counter.slack.submit(user, values={"text": text, **more})


@pytest.fixture
def rma(counter: Counter) -> Rma:
    """A return whose customer nobody else is named like; homes show everything again."""
    opened(counter)
    home = counter.slack.home(ALICE)
    assert home is not None
    if "home_view:all" in buttons(home):
        press(counter, "home_view:all")
    return counter.open()


def test_a_view_is_one_press_and_its_button_says_how_many_there_are(counter: Counter, rma: Rma) -> None:
    home = opened(counter)
    unclaimed, mine = count_of(home, 1), count_of(home, 2)
    assert rma.number in listed(home)
    counter.slack.click(ALICE, rma.card, "take")
    home = press(counter, "home_view:2")
    assert (count_of(home, 1), count_of(home, 2)) == (unclaimed - 1, mine + 1)
    assert rma.number in listed(home)
    assert rma.number not in listed(press(counter, "home_view:1"))


def test_menus_narrow_widen_and_show_what_is_looked_at(counter: Counter, rma: Rma) -> None:
    exchange = counter.open(wish=Wish.EXCHANGE)
    opened(counter)
    home = choose(counter, "home_filter:wish", "exchange")
    assert exchange.number in listed(home)
    assert rma.number not in listed(home)
    home = choose(counter, "home_filter:state", "received")
    assert exchange.number not in listed(home)
    shown = menus(home)
    assert (shown["home_filter:wish"], shown["home_filter:state"]) == ("exchange", "received")
    home = choose(counter, "home_filter:state", "any")
    assert exchange.number in listed(home)
    home = choose(counter, "home_filter:period", "period yesterday")
    assert listed(home) == []
    home = choose(counter, "home_filter:period", "period today")
    home = choose(counter, "home_filter:wish", "any")
    assert rma.number in listed(home)


def test_a_period_between_two_days_is_chosen_in_a_modal_that_refuses_what_ends_before_it_begins(
    counter: Counter, rma: Rma
) -> None:
    home = opened(counter)
    counter.slack.choose(ALICE, home, "home_filter:period", "between")
    wrong = counter.slack.submit(ALICE, values={"first_day": "2026-02-01", "last_day": "2026-01-01"})
    assert wrong.errors == {"last_day": "The last day lies before the first."}
    assert counter.modal().callback_id == "home_days"
    counter.slack.submit(ALICE, values={"first_day": "2020-01-01", "last_day": "2020-12-31"})
    assert listed(drawn(counter)) == []
    assert "2020-01-01..2020-12-31" in str(drawn(counter).blocks)
    assert rma.number in listed(press(counter, "home_view:all"))


def test_what_is_typed_is_found_and_a_period_nobody_can_read_is_answered_at_the_field(
    counter: Counter, rma: Rma
) -> None:
    search(counter, rma.number)
    assert listed(drawn(counter)) == [rma.number]
    wrong = search(counter, "period soon")
    assert "“soon” is no period" in wrong.errors["text"]
    assert listed(drawn(counter)) == [rma.number]
    counter.slack.close_modal(ALICE)


def test_a_kept_search_is_one_choice_away_and_let_go_again(counter: Counter, rma: Rma) -> None:
    search(counter, f"{rma.number} pending", name="The one")
    assert listed(drawn(counter)) == [rma.number]
    press(counter, "home_view:all")
    home = choose(counter, "home_kept", "The one")
    assert listed(home) == [rma.number]
    search(counter, "", forget=["The one"])
    assert "home_kept" not in menus(drawn(counter))


def test_two_people_look_at_their_own_lists(counter: Counter, rma: Rma) -> None:
    opened(counter, BOB)
    search(counter, "nobody-is-called-so", user=BOB, name="Bob’s")
    assert listed(drawn(counter, BOB)) == []
    assert rma.number in listed(opened(counter))
    assert "home_kept" not in menus(opened(counter))
    assert menus(opened(counter, BOB))["home_kept"] != ""
    press(counter, "home_view:all", user=BOB)
    search(counter, "", user=BOB, forget=["Bob’s"])


def test_pages_are_turned_to_the_last_and_back_and_the_page_is_remembered(counter: Counter, rma: Rma) -> None:
    rest = [counter.open(wish=Wish.STORE_CREDIT).number for _ in range(11)]
    opened(counter)
    search(counter, "credit period today")
    home = drawn(counter)
    pages = [listed(home)]
    assert len(pages[0]) == 10
    assert "home_page:newer" not in buttons(home)
    while "home_page:older" in buttons(home):
        home = press(counter, "home_page:older")
        pages.append(listed(home))
    every = [number for page in pages for number in page]
    assert len(every) == len(set(every))
    assert set(rest) <= set(every)
    assert listed(opened(counter)) == pages[-1]
    for page in reversed(pages[:-1]):
        assert listed(press(counter, "home_page:newer")) == page


def test_who_may_not_decide_reads_why_and_changes_nothing(counter: Counter, rma: Rma) -> None:
    opened(counter, DAN)
    home = opened(counter, DAN)
    assert rma.number not in json.dumps(home.blocks)
    assert "Guests can follow returns" in str(home.blocks)
    assert buttons(home) == {}


@pytest.mark.parametrize("value", ["²", "99", "-1", "x", ""])
def test_a_choice_among_kept_searches_that_nobody_made_changes_nothing(
    counter: Counter, rma: Rma, value: str
) -> None:
    search(counter, rma.number, name="The one")
    home = drawn(counter)
    with counter.held_back():
        payload = counter.slack.choose(ALICE, home, "home_kept", "The one").payload
    payload["actions"][0]["selected_option"]["value"] = value
    payload["actions"][0]["action_ts"] = f"kept {value}"
    before = counter.told(ALICE)
    assert counter.send(payload).status_code == 200
    assert listed(drawn(counter)) == [rma.number]
    assert counter.told(ALICE) == before
    search(counter, "", forget=["The one"])


def test_what_goes_wrong_in_the_home_is_said_where_the_person_looks(counter: Counter) -> None:
    opened(counter)
    assert search(counter, "x" * 198).errors == {}
    home = drawn(counter)
    assert counter.slack.choose(ALICE, home, "home_filter:state", "pending").acked
    assert "at most 200 characters" in json.dumps(counter.modal().blocks)
    counter.slack.close_modal(ALICE, counter.modal())
    search(counter, "")
