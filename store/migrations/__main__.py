"""Write the next revision from the difference between the newest one and the models.

Run as ``python -m store.migrations "what changes"`` (or ``make migration NAME="what changes"``).
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from store.db import migrate, open_engine
from store.migrations import alembic_config


def write_revision(message: str) -> Path:
    """Compare an empty, migrated database with the models; returns the file written."""
    config = alembic_config()
    newest = ScriptDirectory.from_config(config).get_current_head() or "0000"
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        migrate(engine)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            script = command.revision(config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04}")
        engine.dispose()
    if script is None or isinstance(script, list):
        raise SystemExit("No revision was written.")
    path = Path(script.path)
    path.write_text(without_marks(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def without_marks(source: str) -> str:
    """The revision without the comments Alembic writes around what it generated."""
    return "\n".join(line for line in source.split("\n") if not line.lstrip().startswith("# ###"))


if __name__ == "__main__":
    print(write_revision(sys.argv[1]))
