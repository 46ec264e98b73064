"""Erase a customer by hand, or write down for them what is kept."""

import json
import os
from pathlib import Path
from typing import Any

import typer

from bot.commands.console import give_up
from bot.commands.database import a_desk
from bot.config import Settings
from bot.desk import Desk
from bot.desk.erasure import erase_customer, kept_of
from bot.desk.photos import photo_bytes
from bot.errors import DeskError, GatewayError, NotFound


def erase_by_hand(settings: Settings, email: str, *, is_sure: bool) -> None:
    """Erase, after asking. Ends with exit code 2 where nothing is kept or money is under way."""
    with a_desk(settings) as desk:
        if not is_sure:
            typer.confirm("Names, addresses, messages and photos cannot be brought back. Erase?", abort=True)
        try:
            erased = erase_customer(desk, email)
        except DeskError as e:
            give_up([e.message.format(**e.values)])
    print(f"Erased from {erased.orders} orders and {erased.returns} returns, {erased.rows} rows in all.")
    print("The worker now clears Slack, the photos and the database's file. Erase in the shop as well.")


def export(settings: Settings, email: str, folder: Path) -> None:
    """Write everything that is kept of one person into a new folder: a document, and their photos."""
    with a_desk(settings) as desk:
        kept = kept_of(desk, email)
        if not kept:
            give_up(["Nothing is kept of this customer."])
        _make(folder)
        document = json.dumps(kept, default=str, indent=2, ensure_ascii=False)
        write_private(folder / "kept.json", document.encode())
        missing = [row["name"] for row in kept.get("photos", ()) if not _keep_photo(desk, row, folder)]
    print(f"Written to {folder}: {sum(map(len, kept.values()))} rows.")
    if missing:
        give_up([f"{len(missing)} photos could not be had: {', '.join(missing)}"])


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        give_up([f"{folder} is there already; name a folder that is not."])


def write_private(path: Path, data: bytes) -> None:
    """A new file that nobody else on this machine may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _keep_photo(desk: Desk, row: dict[str, Any], folder: Path) -> bool:
    try:
        data = photo_bytes(desk, row["name"])
    except (NotFound, GatewayError):
        return False
    write_private(folder / f"photo-{row['id']}.jpg", data)
    return True
