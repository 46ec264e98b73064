"""Where the bytes of photos lie: a private folder. Knows names and bytes, no order and no customer."""

import os
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.errors import Refused, Unreachable

NAME = re.compile(r"[0-9a-f]{32}(-small)?")
ENDING, UNFINISHED = ".jpg", ".part"
GONE = "gone"  # the code of an error that says there is no such photo


class PhotoStore(Protocol):
    """Keeps photos by name. Every method raises GatewayError where the place does not answer."""

    def put(self, name: str, data: bytes) -> None:
        """Keep the bytes under this name; for good once this returns."""

    def get(self, name: str) -> bytes:
        """The bytes of this name. Raises Refused with the code GONE where there are none."""

    def delete(self, name: str) -> None:
        """Forget this name; one that is gone already is let be."""

    def names(self, before: datetime) -> Collection[str]:
        """Every name that was last put before this moment."""


def new_name() -> str:
    """A name nobody can guess."""
    return secrets.token_hex(16)


def small(name: str) -> str:
    """The name of the small picture of a photo."""
    return f"{name}-small"


def checked(name: str) -> str:
    """The name, if it is one of ours: nothing else ever becomes part of a path or an address."""
    if not NAME.fullmatch(name):
        raise Refused("no name of a photo", code=GONE)
    return name


@dataclass(frozen=True)
class PhotoFolder:
    """Photos in a folder that only the desk's own account may read."""

    folder: Path

    def put(self, name: str, data: bytes) -> None:
        """A power cut leaves the whole file, or none of that name."""
        path = self._path(name)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(part, data)
                part.replace(path)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            _settle(self.folder)
        except OSError as e:
            raise _away(e) from e

    def get(self, name: str) -> bytes:
        """The file's bytes."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as e:
            raise Refused("there is no such photo", code=GONE) from e
        except OSError as e:
            raise _away(e) from e

    def delete(self, name: str) -> None:
        """Remove the file."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as e:
            raise _away(e) from e

    def names(self, before: datetime) -> Collection[str]:
        """The files last written before this moment; what was left unfinished by then is removed."""
        try:
            old = [path for path in self._files() if path.stat().st_mtime < before.timestamp()]
            for path in old:
                if path.suffix == UNFINISHED:
                    path.unlink(missing_ok=True)
        except OSError as e:
            raise _away(e) from e
        return [path.stem for path in old if path.suffix == ENDING and NAME.fullmatch(path.stem)]

    def _files(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.is_dir() else []

    def _path(self, name: str) -> Path:
        return self.folder / f"{checked(name)}{ENDING}"


def _write(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """A new name in a folder is kept for good only once the folder itself is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _away(e: OSError) -> Unreachable:
    """Without the path: it is nobody's business in a log."""
    return Unreachable(f"the folder of photos: {e.strerror or type(e).__name__}")
