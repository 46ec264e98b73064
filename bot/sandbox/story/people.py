"""The team of the story: who may decide, who may only look, and who should not be here at all."""

from bot.sandbox.slack.people import Channel, Group, Team, User
from bot.sandbox.slack.seed import APP, BOT, BOT_USER, ELSEWHERE, HOME, Cast

ALICE, BOB, CHLOE, DAN = "U01ALICE", "U02BOB", "U03CHLOE", "U04DAN"
EVE, SAM, WALID = "U05EVE", "U06SAM", "U07WALID"
CHANNEL, GENERAL, WAREHOUSE, GROUP = "C01RETURNS", "C02GENERAL", "C03WAREHOUSE", "S01RETURNS"

ROLES = {
    ALICE: "lead",
    BOB: "agent",
    CHLOE: "agent",
    WALID: "warehouse",
    DAN: "guest",
    EVE: "stranger",
    SAM: "deactivated",
}


def cast(language: str) -> Cast:
    """Seven people and the app in three channels. Chloé reads French in either language of the story."""
    team = Team(HOME, "Atelier Nord", "atelier-nord")
    return Cast(team, users=_users(language), channels=_channels(language), groups=_groups())


def _users(language: str) -> list[User]:
    here = "fr-FR" if language == "fr" else "en-GB"
    paris = "Europe/Paris"
    return [
        User(ALICE, "alice", "Alice Martin", HOME, "alice@ateliernord.example", here, paris, is_admin=True),
        User(BOB, "bob", "Bob Keller", HOME, "bob@ateliernord.example", here, paris),
        User(CHLOE, "chloe", "Chloé Dubois", HOME, "chloe@ateliernord.example", "fr-FR", paris),
        User(WALID, "walid", "Walid Benali", HOME, "walid@ateliernord.example", here, paris),
        User(DAN, "dan", "Dan Novak", HOME, "dan@agency.example", here, paris, is_restricted=True),
        User(EVE, "eve", "Eve Lindqvist", ELSEWHERE, "eve@parcel.example", "en-US", paris, is_stranger=True),
        User(SAM, "sam", "Sam Roux", HOME, "sam@ateliernord.example", here, paris, deleted=True),
        User(BOT_USER, "returns_desk", "Returns Desk", HOME, is_bot=True, bot_id=BOT, app_id=APP),
    ]


def _channels(language: str) -> list[Channel]:
    french = language == "fr"
    team = [ALICE, BOB, CHLOE]
    return [
        Channel(
            CHANNEL,
            "returns",
            members=[*team, DAN, EVE, SAM, BOT_USER],
            shared_team_ids=[HOME, ELSEWHERE],
            topic="Une fiche par retour" if french else "One card per return",
        ),
        Channel(GENERAL, "general", members=[*team, WALID, SAM]),
        Channel(
            WAREHOUSE,
            "warehouse",
            members=[ALICE, WALID, BOT_USER],
            topic="Ce qui est arrivé" if french else "What has arrived",
        ),
    ]


def _groups() -> list[Group]:
    return [Group(GROUP, "returns-team", "Returns team", [ALICE, BOB, CHLOE])]
