"""What is installed in the workspace, read from an app's manifest: commands and shortcuts to offer."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Installed:
    """The app as the workspace knows it. ``words`` are what may follow its first command."""

    name: str = "Returns Desk"
    commands: tuple[dict[str, str], ...] = ()
    shortcuts: tuple[dict[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, manifest: dict[str, Any], words: tuple[tuple[str, str], ...] = ()) -> Self:
        """The parts of a manifest a person can see."""
        features = manifest.get("features", {})
        return cls(
            name=manifest.get("display_information", {}).get("name", cls.name),
            commands=tuple(_command(row) for row in features.get("slash_commands", [])),
            shortcuts=tuple(_shortcut(row) for row in features.get("shortcuts", [])),
            words=words,
        )

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        rows = [{"usage": usage, "about": about} for usage, about in self.words]
        return {
            "name": self.name,
            "commands": list(self.commands),
            "shortcuts": list(self.shortcuts),
            "words": rows,
        }


def _command(row: dict[str, Any]) -> dict[str, str]:
    return {name: str(row.get(name, "")) for name in ("command", "description", "usage_hint")}


def _shortcut(row: dict[str, Any]) -> dict[str, str]:
    return {name: str(row.get(name, "")) for name in ("name", "type", "callback_id", "description")}
