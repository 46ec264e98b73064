"""Cards, a box and a Home tab in the manner of the product, for the page to draw."""

from typing import Any

from tests.sandbox.slack.pieces import plain

Json = dict[str, Any]


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def context(*texts: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def button(action: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action, "text": plain(text), **more}


def option(value: str, text: str, about: str = "") -> Json:
    made: Json = {"value": value, "text": mrkdwn(text)}
    return made | ({"description": mrkdwn(about)} if about else {})


def plain_option(value: str, text: str) -> Json:
    return {"value": value, "text": plain(text)}


def more(*words: str) -> Json:
    return {"type": "overflow", "action_id": "more", "options": [plain_option(word, word) for word in words]}


def field(name: str, label: str, element: Json, **extra: Any) -> Json:
    element = {"action_id": name, **element}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, **extra}


TEXT = section("This is final once it was sent.")
SURE = {
    "title": plain("Reject this return?"),
    "text": mrkdwn("The customer reads *why*."),
    "confirm": plain("Reject"),
    "deny": plain("Keep it"),
    "style": "danger",
}

CARDS: list[tuple[str, list[Json]]] = [
    (
        "#C62828",
        [
            section(
                "*RMA-1042*  ·  order <https://shop.example/5567|#5567>  ·  Marie Dupont\n"
                "Received, waiting for a decision since 2 h"
            ),
            section(
                ":octagonal_sign: *Exchange chosen: do NOT refund money.* She takes another product.\n"
                ":hourglass_flowing_sand: *Difference of 30.00 EUR not paid yet.* Link sent yesterday 16:20."
            ),
            section(
                "*Comes back*\n2 × T-shirt, M, blue · `TEE-M-B` · paid 50.00 · _too small_\n"
                "*Goes out instead*\n1 × Hoodie, L, grey · `HOOD-L-G` · 80.00 · 7 in stock"
            ),
            context(
                "Paid 131.90 by card (Stripe) · refunded 0.00 · window ends 30 Nov · label 4.90",
                "3rd return of 9 orders",
                "Taken by <@U01ALICE>",
            ),
            {
                "type": "actions",
                "elements": [
                    button("exchange", "Review exchange", style="primary"),
                    button("message", "Message customer"),
                    button("reject", "Reject", style="danger", confirm=SURE),
                    more("Extend deadline…", "Timeline", "Open in WooCommerce"),
                ],
            },
        ],
    ),
    (
        "#EF6C00",
        [
            section("*RMA-1041*  ·  order <https://shop.example/5560|#5560>  ·  Ana Ruiz  ·  *61.10 EUR*"),
            section(
                ":mag: *We asked the shop to refund 61.10 EUR and did not get an answer.* "
                "Nothing is sent twice: we look first. Next look in 20 s."
            ),
            context("Asked by <@U01ALICE> at 09:41 · reference `RMA-1041-R1`"),
        ],
    ),
    (
        "#1565C0",
        [
            section(
                "*RMA-1043*  ·  order <https://shop.example/5571|#5571>  ·  Paul &lt;script&gt; Martin"
                "  ·  *66.00 EUR*\nNew, nobody has taken it"
            ),
            section(
                ":calendar: *Deadline extended to <!date^1797033600^{date_short}|12 Dec>* (was 27 Nov) "
                "by <@U02BOB>: parcel lost once"
            ),
            section(
                "2 of 3 × Mug, white · `MUG-W` · paid 66.00 · _arrived damaged_ :frame_with_picture: 2 photos"
                "\n~Refund~ &lt;!channel&gt; &amp; *bold* a*b*c snake_case_name"
            ),
            context(
                "Wants a refund · paid 168.00 by PayPal · label 4.90, waived: damaged", "1st return of 4"
            ),
            {
                "type": "actions",
                "elements": [
                    button("take", "Take it", style="primary"),
                    button("box", "Refund box"),
                    button("received", "Received"),
                    more("Approve", "Reject…", "Timeline"),
                ],
            },
        ],
    ),
    (
        "#2E7D32",
        [
            section(
                "*RMA-1040*  ·  order <https://shop.example/5571|#5571>  ·  Tom Weber\nSettled today 09:42"
            ),
            section(
                ":white_check_mark: *61.10 EUR refunded* to PayPal · kept 4.90 (label) · `MUG-W` stock 3 → 5"
            ),
            {"type": "actions", "elements": [button("message", "Message customer"), more("Timeline")]},
        ],
    ),
]


def box(method: str) -> Json:
    """The refund box; what stands below changes with the method."""
    lines = [
        option("1", "*Mug, white*  ·  2 units  ·  66.00", "arrived damaged"),
        option("2", "*Tray, oak*  ·  1 unit  ·  42.00", "changed my mind"),
    ]
    units = [
        plain_option("2d", "2, damaged"),
        plain_option("2g", "2, good"),
        plain_option("1d", "1, damaged"),
    ]
    methods = [option("gateway", "*Back to PayPal*"), option("credit", "*Store credit*  ·  69.30 with bonus")]
    chosen = next(one for one in methods if one["value"] == method)
    forecast = {"gateway": "*66.00 EUR* back on PayPal", "credit": "a gift card of *69.30 EUR*"}[method]
    return {
        "type": "modal",
        "callback_id": "box",
        "title": plain("Refund RMA-1043"),
        "submit": plain("Refund"),
        "close": plain("Cancel"),
        "blocks": [
            section(
                "*RMA-1043* · order #5571 · Paul Martin · paid by PayPal", accessory=button("push", "Why?")
            ),
            {"type": "header", "text": plain("1. What arrived")},
            field("lines", "Lines", {"type": "checkboxes", "options": lines, "initial_options": lines[:1]}),
            field(
                "units", "Mug: units", {"type": "static_select", "options": units, "initial_option": units[0]}
            ),
            field(
                "replacement",
                "Replacement",
                {"type": "external_select", "min_query_length": 1, "placeholder": plain("Search the shop")},
                optional=True,
            ),
            {"type": "header", "text": plain("2. Fees and adjustments")},
            field(
                "amount",
                "Custom amount",
                {"type": "plain_text_input", "placeholder": plain("66.00")},
                optional=True,
                hint=plain("0.01 to 66.00 EUR. Leave empty for the computed amount."),
            ),
            field("day", "New deadline", {"type": "datepicker", "initial_date": "2026-12-12"}, optional=True),
            field(
                "tags",
                "Tags",
                {"type": "multi_static_select", "options": units, "initial_options": units[:1]},
                optional=True,
            ),
            field("note", "Note", {"type": "plain_text_input", "multiline": True}, optional=True),
            {"type": "header", "text": plain("3. How")},
            field(
                "method",
                "Method",
                {"type": "radio_buttons", "options": methods, "initial_option": chosen},
                dispatch_action=True,
            ),
            {"type": "divider"},
            section(f"*Paul Martin gets* {forecast} (11.00 tax inside)\nThe shop keeps 0.00 · 102.00 left"),
            context("He will read: “We refunded 66.00 EUR. It takes 1 to 5 days to show.”"),
        ],
    }


HOME: list[Json] = [
    {"type": "header", "text": plain("Returns")},
    {
        "type": "actions",
        "elements": [
            button("f1", "Needs action 12", style="primary"),
            button("f2", "Unclaimed 7"),
            button("f3", "Overdue 2", style="danger"),
            {
                "type": "static_select",
                "action_id": "state",
                "placeholder": plain("State"),
                "options": [plain_option("new", "New"), plain_option("received", "Received")],
            },
        ],
    },
    {"type": "divider"},
    section(
        ":octagonal_sign: *RMA-1042*  Marie Dupont  ·  #5567  ·  exchange, 30.00 unpaid\n"
        "2 × T-shirt M → Hoodie L",
        accessory=button("open", "Open", value="1042"),
    ),
    section(
        ":calendar: *RMA-1043*  Paul Martin  ·  #5571  ·  refund 66.00 EUR\n"
        "2 × Mug  ·  new 19 h ago  ·  nobody",
        accessory=button("open", "Open", value="1043"),
    ),
    context("1–3 of 12 · updated 09:42"),
]
