"""Who runs the embedded server: PostgreSQL refuses to run as root, so root runs it as another user."""

import logging
import os
import pwd
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple, TypedDict

_NAME = "care-timeline"

_logger = logging.getLogger(__name__)


class ServerUserError(Exception):
    """No user could be had to run the embedded server as; the message says what to do."""


class _AsProcess(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class ServerUser(NamedTuple):
    """A user of the operating system."""

    uid: int
    gid: int

    def as_process(self) -> _AsProcess:
        """Arguments that make subprocess.run start a program as this user."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def current_user() -> ServerUser:
    """The user this process runs as."""
    return ServerUser(os.geteuid(), os.getegid())


def user_for_server(folder: Path, cluster: Path, programs: Path) -> ServerUser:
    """The user to run the server as, after making sure that it can reach the folder and the programs.

    That is this process's own user, except under root: then the owner of an existing cluster, or the system
    user care-timeline, made when missing. Raises ServerUserError.
    """
    if os.geteuid() != 0:
        return current_user()
    if cluster.exists() and cluster.stat().st_uid != 0:
        owner = cluster.stat()
        user = ServerUser(owner.st_uid, owner.st_gid)
    else:
        user = _system_user()
    os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)
    for parent in folder.parents:
        _allow(parent, stat.S_IXOTH)
    for parent in (programs / "postgres").parents:
        _allow(parent, stat.S_IXOTH)
    for path in programs.parent.rglob("*"):
        if path.is_dir() or path.parent == programs:
            _allow(path, stat.S_IROTH | stat.S_IXOTH)
        else:
            _allow(path, stat.S_IROTH)
    return user


def _system_user() -> ServerUser:
    try:
        entry = pwd.getpwnam(_NAME)
    except KeyError:
        _logger.info("making the system user %s, which runs the embedded PostgreSQL", _NAME)
        _make_system_user()
        entry = pwd.getpwnam(_NAME)
    return ServerUser(entry.pw_uid, entry.pw_gid)


def _make_system_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME]
    advice = (
        f"PostgreSQL does not run as root, and the system user {_NAME} to run it as could not be made. "
        "Run care-timeline as an ordinary user, or make that user, or name a database in CARE_TIMELINE_DATABASE_URL."
    )
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 fixed arguments
    except FileNotFoundError:
        raise ServerUserError(f"{advice} (There is no program useradd here.)") from None
    except subprocess.CalledProcessError as error:
        raise ServerUserError(f"{advice} (useradd says: {error.stderr.strip()})") from None


def _allow(path: Path, bits: int) -> None:
    """Lets every user pass through a folder (or read a program), where they could not."""
    mode = path.stat().st_mode
    if mode & bits != bits:
        _logger.info("letting other users pass through %s, for the embedded PostgreSQL", path)
        path.chmod(stat.S_IMODE(mode) | bits)
