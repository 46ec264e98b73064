"""The workspace the sandbox starts with: a small support team, a warehouse, guests, a stranger, a bot."""

from dataclasses import dataclass, field

from bot.sandbox.slack.people import Channel, Group, Team, User

HOME, ELSEWHERE = "T01SHOP", "T02PARCEL"
APP, BOT, BOT_USER = "A01DESK", "B01DESK", "U0BOT"


@dataclass
class Cast:
    """Everybody and every place at the start; ``reset()`` comes back to it."""

    team: Team
    users: list[User]
    channels: list[Channel]
    groups: list[Group] = field(default_factory=list)


def small_shop() -> Cast:
    """Nine people and two bots in five channels; names say what each is good for in a test."""
    return Cast(
        team=Team(HOME, "Small Shop", "small-shop"), users=_users(), channels=_channels(), groups=_groups()
    )


def _users() -> list[User]:
    paris, london = "Europe/Paris", "Europe/London"
    return [
        User("U01ALICE", "alice", "Alice Martin", HOME, "alice@shop.example", tz=london),
        User("U02BOB", "bob", "Bob Keller", HOME, "bob@shop.example", tz="Europe/Berlin"),
        User("U03CLAIRE", "claire", "Claire Dubois", HOME, "claire@shop.example", locale="fr-FR", tz=paris),
        User("U04LEAD", "lena", "Lena Lead", HOME, "lena@shop.example", tz=london, is_admin=True),
        User("U05WARE", "walid", "Walid Benali", HOME, "walid@shop.example", locale="fr-FR", tz=paris),
        User("U06GUEST", "gus", "Gus Guest", HOME, "gus@agency.example", is_restricted=True),
        User(
            "U07SINGLE",
            "sina",
            "Sina Single",
            HOME,
            "sina@agency.example",
            is_restricted=True,
            is_ultra_restricted=True,
        ),
        User("U08STRANGER", "otto", "Otto Outside", ELSEWHERE, "otto@parcel.example", is_stranger=True),
        User("U09GONE", "greta", "Greta Gone", HOME, "greta@shop.example", deleted=True),
        User("U10NEWYORK", "nina", "Nina Night", HOME, "nina@shop.example", tz="America/New_York"),
        User(BOT_USER, "returns_desk", "Returns Desk", HOME, is_bot=True, bot_id=BOT, app_id=APP),
        User("U0OTHERBOT", "builder", "Build Bot", HOME, is_bot=True, bot_id="B02BUILD", app_id="A02BUILD"),
    ]


def _channels() -> list[Channel]:
    staff = ["U01ALICE", "U02BOB", "U03CLAIRE", "U04LEAD", "U10NEWYORK"]
    return [
        Channel("C01RETURNS", "returns", members=[*staff, "U06GUEST", "U07SINGLE", BOT_USER]),
        Channel("C02WAREHOUSE", "warehouse", members=["U05WARE", "U04LEAD", BOT_USER]),
        Channel("C03GENERAL", "general", members=[*staff, "U05WARE", "U0OTHERBOT"]),
        Channel("C04FINANCE", "finance", kind="group", members=["U04LEAD", "U01ALICE", BOT_USER]),
        Channel("C05SECRET", "secret", kind="group", members=["U04LEAD"]),
        Channel(
            "C06PARCEL",
            "parcel-partner",
            members=["U01ALICE", "U08STRANGER", BOT_USER],
            shared_team_ids=[HOME, ELSEWHERE],
        ),
        Channel("C07OLD", "old-returns", members=[*staff, BOT_USER], is_archived=True),
    ]


def _groups() -> list[Group]:
    return [
        Group("S01SUPPORT", "support", "Support", ["U01ALICE", "U02BOB", "U03CLAIRE", "U10NEWYORK"]),
        Group("S02LEADS", "leads", "Leads", ["U04LEAD"]),
        Group("S03WAREHOUSE", "warehouse-team", "Warehouse", ["U05WARE"]),
    ]
