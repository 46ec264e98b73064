"""The command line. It may use every floor, and nothing may use it.

Commands import what they need inside, so that ``--help`` answers at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.config import Settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 (a server in a container is reached from outside)

app = typer.Typer(
    name="returns-desk",
    help="The returns counter of a WooCommerce shop, inside Slack.",
    epilog="Settings come from the environment and from .env; `doctor` says which are missing or wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals hold secrets
)


@app.command()
def demo(
    language: Annotated[str, typer.Option(help="The language of the channel: en or fr.")] = "en",
    port: Annotated[int, typer.Option(help="The port of the page to open; 0 takes the usual one.")] = 0,
) -> None:
    """Show everything on a simulated Slack, shop and Stripe. Needs no account and no settings."""
    from bot.commands.demo import demo as run

    run(language=language, port=port)


@app.command()
def serve(
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Also do the worker's part.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = EVERYWHERE,
) -> None:
    """Answer Slack, the shop's webhooks and the portal, on PORT.

    One process with --with-worker is enough for a small shop; otherwise run `work` beside it.
    """
    settings = _settings(needed_for="serve")
    from bot.commands import running

    running.serve(settings, host=host, with_worker=with_worker)


@app.command()
def work() -> None:
    """Do what takes time: refunds, cards, messages, the digest. Any number of these may run."""
    settings = _settings(needed_for="work")
    from bot.commands import running

    running.work(settings)


@app.command()
def migrate() -> None:
    """Create the database's tables or bring them up to date. Safe to repeat."""
    from bot.commands.database import migrate_database

    migrate_database(_settings())


@app.command()
def doctor() -> None:
    """Check settings, database, Slack, shop and Stripe; say what is wrong and what to do.

    Changes nothing. Ends with exit code 1 if something is wrong; warnings alone do not count.
    """
    from bot.commands.console import show_findings
    from bot.commands.doctor import examine

    if not show_findings(examine()):
        raise typer.Exit(1)


@app.command()
def digest(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print it.")] = False,
) -> None:
    """Post today's list of what waits for the team now, unless it was posted already.

    The worker does so by itself at DIGEST_TIME, and does not do it again today after this.
    """
    settings = _settings(needed_for="work")
    from bot.commands.digest import post_now, print_now

    (print_now if dry_run else post_now)(settings)


@app.command()
def report(
    words: Annotated[
        list[str] | None, typer.Argument(help="Such as: month, 2026-11, by orders week.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write its returns to this new file instead.")] = None,
) -> None:
    """Print what a period brought, beside the one before it: this week's, unless another is named.

    Counts what happened in its days; "by orders" counts what became of the orders placed in them.
    """
    settings = _settings()
    from bot.commands.report import print_report, write_table

    text = " ".join(words or ())
    if csv is None:
        print_report(settings, text)
    else:
        write_table(settings, text, csv)


@app.command()
def erase(
    email: Annotated[str, typer.Argument(help="The customer's e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a customer out of all that is kept; amounts, methods, dates and references stay.

    Ends with exit code 2 while money of theirs is under way.
    """
    from bot.commands.erase import erase_by_hand

    erase_by_hand(_settings(), email, is_sure=yes)


@app.command()
def export(
    email: Annotated[str, typer.Argument(help="The customer's e-mail address.")],
    folder: Annotated[Path, typer.Argument(help="A new folder to write into.")],
) -> None:
    """Write all that is kept of a customer into a folder, with their photos."""
    from bot.commands.erase import export as run

    run(_settings(), email, folder)


@app.command("list")
def list_returns(
    csv: Annotated[Path | None, typer.Option(help="A new file to write, for a spreadsheet.")] = None,
    state: Annotated[str, typer.Option(help="Only returns in this state, such as pending.")] = "",
) -> None:
    """List the returns, oldest first: on the terminal, or as a table in a file."""
    from bot.commands.listing import list_returns as run
    from store.terms import ReturnStatus

    if state and state not in list(ReturnStatus):
        raise typer.BadParameter(f"There are: {', '.join(ReturnStatus)}.")
    run(_settings(), table=csv, state=ReturnStatus(state) if state else None)


@app.command()
def policy(
    every: Annotated[bool, typer.Option("--all", help="Print every line, not only examples.")] = False,
) -> None:
    """Check the returns policy, and try it on every order the desk knows. Changes nothing.

    Ends with exit code 2, naming every problem, where the policy cannot be used.
    """
    from bot.commands.policy import try_policy

    try_policy(_settings(), every=every)


@app.command()
def manifest() -> None:
    """Print the Slack app's manifest (JSON), to paste at api.slack.com/apps under Create New App.

    Uses PUBLIC_URL; with SLACK_APP_TOKEN set, the manifest is for Socket Mode.
    """
    import json

    from handlers.slack.manifest import app_manifest

    settings = _settings(needed_for="manifest")
    print(json.dumps(app_manifest(settings.public_url, socket_mode=settings.socket_mode), indent=2))


@app.command(hidden=True)
def env(
    readme: Annotated[
        Path | None, typer.Option(help="Also renew the table of settings in this file.")
    ] = None,
) -> None:
    """Print .env.example."""
    from bot.commands.documents import env_example, with_settings

    print(env_example(), end="")
    if readme:
        readme.write_text(with_settings(readme.read_text(encoding="utf-8")), encoding="utf-8")


def _settings(needed_for: str = "") -> "Settings":
    """The settings, or an end that names what is wrong or missing."""
    from bot.commands.console import give_up
    from bot.config import BadSettings, Settings
    from bot.desk.return_policy import read_policy

    try:
        settings = Settings.read()
        read_policy(settings)
    except BadSettings as e:
        give_up(e.problems)
    missing = settings.missing(needed_for) if needed_for else ()
    if missing:
        give_up(f"{name}: not set. {Settings.model_fields[name.lower()].description}" for name in missing)
    return settings


def main() -> None:
    """Run the command that was typed."""
    app(prog_name="python -m bot")


if __name__ == "__main__":
    main()
