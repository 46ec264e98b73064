"""What Slack tells without being asked: people come and go, a home is opened, an old button is pressed."""

from bot.errors import NotFound
from handlers.slack.click import Answer, Click
from handlers.slack.home import plan_home
from handlers.slack.people import plan_look_up


def team_changed(click: Click) -> Answer:
    """Somebody joined or left the team: look everybody up again, so that rights change at once."""
    plan_look_up(click.desk)
    return None


def person_changed(click: Click) -> Answer:
    """A person's profile changed: perhaps they are a guest now, or speak another language."""
    user = click.body["event"].get("user") or {}
    plan_look_up(click.desk, str(user.get("id", "") if isinstance(user, dict) else user))
    return None


def home_opened(click: Click) -> Answer:
    """Draw the person's home; the worker reads and publishes."""
    if click.body["event"].get("tab") == "home":
        plan_home(click)
    return None


def unknown(click: Click) -> Answer:
    """A button that this release no longer has, or one that only opens an address."""
    if click.action.get("url"):
        return None
    raise NotFound("This button is from an older card. Please use the newest one.")


EVENTS = {
    "member_joined_channel": team_changed,
    "member_left_channel": team_changed,
    "subteam_members_changed": team_changed,
    "user_change": person_changed,
    "app_home_opened": home_opened,
}
