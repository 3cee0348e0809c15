"""Who runs the embedded server: PostgreSQL refuses to run as root, so root runs it as another user.

No folder is opened to that user but the server's own. Those above it may stay closed (see embedded.py, which starts the
server inside); the programs must be where others may run them.
"""

import logging
import os
import pwd
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
    """The user to run the server as, to whom the server's folder is given.

    That is this process's own user, except under root: then the owner of an existing cluster, or the system
    user care-timeline, made when missing. Raises ServerUserError, also when that user cannot run the programs.
    """
    if os.geteuid() != 0:
        return current_user()
    if cluster.exists() and cluster.stat().st_uid != 0:
        owner = cluster.stat()
        user = ServerUser(owner.st_uid, owner.st_gid)
    else:
        user = _system_user()
    _require_that_it_can_run(programs / "postgres", user)
    os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)
    return user


def _require_that_it_can_run(program: Path, user: ServerUser) -> None:
    advice = (
        f"PostgreSQL does not run as root, and the user {pwd.getpwuid(user.uid).pw_name} to run it as may not run"
        f" {program}. Install care-timeline where other users may run it (not below /root, and with the umask 022), or"
        " run it as an ordinary user, or name a database in CARE_TIMELINE_DATABASE_URL."
    )
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, cwd="/", **user.as_process())  # noqa: S603
    except (PermissionError, subprocess.CalledProcessError):
        raise ServerUserError(advice) from None


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
