"""What a person does on the page, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.sandbox.story.people import CHANNEL, GENERAL
from tests.browser.conftest import OpenPage
from tests.browser.fake_bot import FakeBot

pytestmark = pytest.mark.browser


def card(page: Page, number: str) -> Locator:
    return page.locator("#scroll .message").filter(has_text=number).first


def open_box(page: Page) -> Locator:
    card(page, "RMA-1043").get_by_role("button", name="Refund box").click()
    box = page.get_by_role("dialog")
    expect(box).to_be_visible()
    return box


def act_as(page: Page, name: str) -> None:
    page.get_by_role("button", name="You act as").click()
    page.get_by_role("menuitemradio", name=name).click()
    expect(page.locator("button.me")).to_contain_text(name)


def test_a_card_shows_its_colour_its_emoji_and_whom_it_names(page: Page) -> None:
    shown = card(page, "RMA-1042")
    bar = shown.locator(".attachment").evaluate("e => getComputedStyle(e, '::before').backgroundColor")
    assert bar == "rgb(198, 40, 40)"
    expect(shown).to_contain_text("🛑 Exchange chosen: do NOT refund money.")
    expect(shown.locator(".mention")).to_have_text("@alice")
    expect(shown.locator("code").first).to_have_text("TEE-M-B")


def test_what_a_customer_wrote_stays_text(page: Page) -> None:
    shown = card(page, "RMA-1043")
    expect(shown).to_contain_text("Paul <script> Martin")
    expect(shown).to_contain_text("<!channel> & bold a*b*c snake_case_name")
    assert shown.locator("script, .mention.loud").count() == 0
    assert shown.locator("strong").filter(has_text=re.compile("^bold$")).count() == 1


def test_an_address_of_a_script_is_no_link(page: Page, bot: FakeBot) -> None:
    text = "<javascript:alert(1)|click> <https://shop.example/a?b=1&amp;c=2|shop>"
    bot.client.chat_postMessage(channel=CHANNEL, text=text)
    shown = card(page, "click shop")
    expect(shown).to_be_visible()
    assert [link.get_attribute("href") for link in shown.locator("a").all()] == [
        "https://shop.example/a?b=1&c=2"
    ]


def test_marks_that_are_held_apart_and_addresses_that_are_to_stay_text_stay_text(
    page: Page, bot: FakeBot
) -> None:
    held = "\u2060*\u2060not bold\u2060*\u2060 \u2060`\u2060no code\u2060`\u2060 https://evil.example *bold*"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": held, "verbatim": True}}
    bot.post("#123456", [section])
    shown = card(page, "not bold")
    expect(shown.locator("strong").last).to_have_text("bold")
    assert shown.locator(".text strong, .text code, .text a").count() == 1


def test_what_only_one_sees_can_be_dismissed(page: Page) -> None:
    card(page, "RMA-1043").get_by_role("button", name="Take it").click()
    page.locator(".ephemeral").get_by_role("button", name="Dismiss").click()
    expect(page.locator(".ephemeral")).to_have_count(0)


def test_an_order_link_on_a_card_shows_the_order_beside_it(page: Page, bot: FakeBot) -> None:
    order = bot.sandbox.story.orders["one-cent"]
    link = (
        f"<{bot.sandbox.shop_url}/wp-admin/admin.php?page=wc-orders&amp;action=edit&amp;id={order}|#{order}>"
    )
    bot.client.chat_postMessage(channel=CHANNEL, text=link)
    page.get_by_role("link", name=f"#{order}").click()
    expect(page.locator("#world")).to_contain_text(f"Order #{order}")


def test_taking_a_return_redraws_the_card_and_tells_only_the_one_who_took_it(page: Page) -> None:
    card(page, "RMA-1043").get_by_role("button", name="Take it").click()
    expect(card(page, "RMA-1043")).to_contain_text("Taken by @alice")
    expect(card(page, "RMA-1043")).to_contain_text("(edited)")
    expect(page.locator(".ephemeral")).to_contain_text("Only visible to you")
    act_as(page, "Bob Keller")
    expect(card(page, "RMA-1043")).to_contain_text("Taken by @alice")
    expect(page.locator(".ephemeral")).to_have_count(0)


def test_a_thread_opens_beside_the_channel_and_takes_answers(page: Page, bot: FakeBot) -> None:
    card(page, "RMA-1043").get_by_role("button", name="Take it").click()
    card(page, "RMA-1043").get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.locator("#thread")
    expect(thread).to_contain_text("It is yours now.")
    thread.get_by_role("textbox").fill("Thank you")
    thread.get_by_role("textbox").press("Enter")
    expect(thread.locator(".message").last).to_contain_text("Thank you")
    expect(card(page, "RMA-1043")).to_contain_text("2 replies")
    said = [event["event"]["text"] for event in bot.heard if "event" in event and "text" in event["event"]]
    assert "Thank you" in said


def test_a_box_is_recomputed_at_a_choice_and_loses_nothing_typed(page: Page) -> None:
    box = open_box(page)
    note = box.get_by_role("textbox", name="Note")
    note.fill("he sent photos")
    box.get_by_role("radio", name=re.compile("Store credit")).check()
    expect(box).to_contain_text("a gift card of 69.30 EUR")
    expect(note).to_have_value("he sent photos")
    expect(box.get_by_role("radio", name=re.compile("Store credit"))).to_be_checked()


def test_wrong_input_is_answered_beside_the_field(page: Page, bot: FakeBot) -> None:
    box = open_box(page)
    amount = box.get_by_role("textbox", name="Custom amount")
    amount.fill("99")
    box.get_by_role("button", name="Refund", exact=True).click()
    expect(box.get_by_role("alert")).to_have_text("At most 66.00 EUR is left.")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("99")
    amount.fill("12")
    amount.press("Enter")
    expect(box).to_have_count(0)
    state = bot.heard[-1]["view"]["state"]["values"]
    assert state["amount"]["amount"]["value"] == "12"
    assert [one["value"] for one in state["lines"]["lines"]["selected_options"]] == ["1"]


def test_every_kind_of_field_reaches_the_app(page: Page, bot: FakeBot) -> None:
    box = open_box(page)
    box.get_by_role("checkbox", name=re.compile("Tray")).check()
    box.get_by_label("Mug: units").select_option("1d")
    search = box.get_by_role("combobox", name="Replacement")
    search.fill("h")
    box.get_by_role("option", name="Hoodie, XL").click()
    box.get_by_label("New deadline").fill("2026-12-24")
    box.get_by_label("Tags").select_option("2g")
    expect(box.get_by_role("button", name="Remove 2, good")).to_be_visible()
    box.get_by_role("textbox", name="Note").fill("two\nlines")
    box.get_by_role("button", name="Refund", exact=True).click()
    expect(box).to_have_count(0)
    state = bot.heard[-1]["view"]["state"]["values"]
    assert [one["value"] for one in state["lines"]["lines"]["selected_options"]] == ["1", "2"]
    assert state["units"]["units"]["selected_option"]["value"] == "1d"
    assert state["replacement"]["replacement"]["selected_option"]["value"] == "XL"
    assert state["day"]["day"]["selected_date"] == "2026-12-24"
    assert [one["value"] for one in state["tags"]["tags"]["selected_options"]] == ["2d", "2g"]
    assert state["note"]["note"]["value"] == "two\nlines"


def test_a_pushed_view_covers_the_box_and_going_back_shows_it_again(page: Page) -> None:
    box = open_box(page)
    box.get_by_role("button", name="Why?").click()
    expect(page.get_by_role("dialog")).to_contain_text("This is final")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_contain_text("1. What arrived")
    page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_keyboard_stays_inside_a_dialogue_and_returns_to_its_button(page: Page) -> None:
    page.get_by_role("button", name="Refund box").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Refund box")).to_be_focused()


def test_a_dangerous_button_asks_first(page: Page, bot: FakeBot) -> None:
    sent = len(bot.sandbox.slack.answers)
    card(page, "RMA-1042").get_by_role("button", name="Reject").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("The customer reads why.")
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    assert len(bot.sandbox.slack.answers) == sent


def test_a_slash_offers_the_command_and_its_words(page: Page, bot: FakeBot) -> None:
    field = page.locator("#compose textarea")
    field.fill("/ret")
    expect(page.get_by_role("option")).to_contain_text("/returns 1042 | pending | help")
    field.press("Tab")
    expect(field).to_have_value("/returns ")
    expect(page.get_by_role("option")).to_have_count(3)
    field.press("Enter")
    field.press("Enter")
    expect(page.locator(".ephemeral").last).to_contain_text("You asked for “pending”.")
    assert bot.heard[-1]["command"] == "/returns"


def test_the_home_tab_is_filled_when_it_is_opened(page: Page) -> None:
    page.get_by_role("button", name="Returns Desk").click()
    expect(page.locator(".home")).to_contain_text("Needs action 12")
    expect(page.get_by_role("button", name="Open")).to_have_count(2)


def test_what_others_write_appears_by_itself_and_marks_its_channel(page: Page, bot: FakeBot) -> None:
    room = page.get_by_role("button", name=re.compile("general"))
    expect(room).not_to_have_class(re.compile("unread"))
    bot.sandbox.slack.say("U02BOB", GENERAL, "Lunch?")
    expect(room).to_have_class(re.compile("unread"))
    room.click()
    expect(page.locator("#scroll")).to_contain_text("Lunch?")
    expect(room).not_to_have_class(re.compile("unread"))


def test_money_and_stock_move_before_ones_eyes(page: Page, bot: FakeBot) -> None:
    page.get_by_role("tab", name="Cash").click()
    order = bot.sandbox.story.orders["even"]
    bot.sandbox.shop.refund_by_hand(order, "7.00", via_gateway=True)
    entry = page.locator(".entry").first
    expect(entry).to_contain_text("-€7.00")
    expect(entry).to_contain_text(f"#{order}")
    expect(page.locator("#steps li").nth(1)).to_have_class("finished")


def test_an_order_opens_from_its_link_in_the_shops_administration(page: Page, bot: FakeBot) -> None:
    order = bot.sandbox.story.orders["one-cent"]
    page.goto(f"{bot.sandbox.shop_url}/wp-admin/admin.php?page=wc-orders&action=edit&id={order}")
    expect(page.locator("#world")).to_contain_text(f"Order #{order}")
    expect(page.locator("#world")).to_contain_text("€179.25")


def test_a_fault_is_pressed_waits_and_is_seen_in_the_drawer(page: Page, bot: FakeBot) -> None:
    page.get_by_role("button", name="Debugger").click()
    page.get_by_role("button", name=re.compile("Lose the refund’s answer")).click()
    expect(page.locator(".planned")).to_contain_text("Lose the refund’s answer")
    expect(page.locator(".count")).to_have_text("1")
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator(".planned")).to_have_count(0)


def test_one_planned_fault_is_taken_back_and_a_switch_shows_that_it_is_on(page: Page, bot: FakeBot) -> None:
    page.get_by_role("button", name="Debugger").click()
    page.get_by_role("button", name=re.compile("Book it twice")).click()
    switch = page.get_by_role("button", name=re.compile("^Lose all webhooks"))
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".planned li")).to_have_count(2)
    page.get_by_role("button", name=re.compile("Take back Book it twice")).click()
    expect(page.locator(".planned li")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Take back Lose all webhooks")).click()
    expect(page.locator(".planned")).to_have_count(0)
    expect(switch).to_have_attribute("aria-pressed", "false")


def test_a_door_that_does_not_answer_is_told_to_the_person(page: Page, bot: FakeBot) -> None:
    bot.sandbox.slack.request_url = "http://127.0.0.1:9/slack/events"
    card(page, "RMA-1043").get_by_role("button", name="Take it").click()
    expect(page.locator(".toast")).to_contain_text("trouble connecting")


@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_nothing_sticks_out_at_any_width(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, height=844)
    for pane in ("chat", "world", "debugger") if width < 760 else ("chat",):
        if width < 760:
            page.locator(f"[data-key=pane-{pane}]").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            "[...document.querySelectorAll('#frame *')].filter(e => e.offsetParent && !e.closest('svg')"
            " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
        )
        assert wide == []


def test_the_page_speaks_french_and_follows_the_systems_colours(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("tab", name="Caisse")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.get_by_role("button", name="Couleurs claires").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.reload()
    expect(page.get_by_role("tab", name="Caisse")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_against_what_is_behind_it(open_page: OpenPage, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    poor = page.evaluate(CONTRAST)
    assert poor == []


CONTRAST = """() => {
  const number = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return text.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const light = ([r, g, b]) => {
    const linear = (v) => (v / 255 <= 0.03928 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (let e = node; e; e = e.parentElement) {
      const colour = number(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0.95) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const node of document.querySelectorAll("#frame *")) {
    const words = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    const shown = number(getComputedStyle(node).color);
    if (!words || !node.offsetParent || shown[3] < 0.1) continue;
    const [high, low] = [light(shown), light(behind(node))].sort((x, y) => y - x);
    const name = `${node.className || node.tagName}: ${node.textContent}`;
    if ((high + 0.05) / (low + 0.05) < 4.5) found.add(name);
  }
  return [...found];
}"""
