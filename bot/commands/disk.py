"""What kind of disk a file is on: SQLite's locks do not hold on one that is shared over a network."""

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
SHARED = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.s3fs",
)


def shared_filesystem(file: Path) -> str:
    """The kind of network file system ``file`` is on; empty for a local one, or where nobody can tell."""
    if not MOUNTS.is_file():
        return ""
    kind = filesystem_of(file.resolve(), MOUNTS.read_text(encoding="utf-8", errors="replace"))
    return kind if kind in SHARED else ""


def filesystem_of(file: Path, mounts: str) -> str:
    """The file system of the deepest mount point above ``file``, from Linux' list of mounts.

    A line reads "36 35 98:0 /root /mount/point options … - type source options"; spaces are written \\040.
    """
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        if file.is_relative_to(point) and len(point.parts) >= deepest:
            deepest, kind = len(point.parts), after.split(" ")[0]
    return kind
