"""Which disk a file is on, read from Linux' list of mounts."""

from pathlib import Path

import pytest

from bot.commands.disk import filesystem_of, shared_filesystem

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw
30 22 0:27 / /srv rw,relatime shared:5 - nfs4 files.example:/srv rw
31 30 0:28 / /srv/fast rw,relatime - xfs /dev/vdb1 rw
32 22 0:29 / /mnt/team\\040share rw - cifs //files.example/team rw
"""


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/home/desk/desk.db", "ext4"),
        ("/srv/desk.db", "nfs4"),
        ("/srv/fast/desk.db", "xfs"),
        ("/srvs/desk.db", "ext4"),
        ("/mnt/team share/desk.db", "cifs"),
    ],
)
def test_the_deepest_mount_decides(file: str, kind: str) -> None:
    assert filesystem_of(Path(file), MOUNTS) == kind


def test_this_machines_own_disk_is_local(tmp_path: Path) -> None:
    assert shared_filesystem(tmp_path / "desk.db") == ""
