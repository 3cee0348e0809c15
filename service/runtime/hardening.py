"""A process that keeps its secrets: no core dumps, closed to debuggers, and as root no more powers than it needs.

What this does not do: a process of root, and one that may trace every process of the machine, still reads the memory
of this one.
"""

import ctypes
import os
import resource
import sys
import threading
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

_LINUX: Final = sys.platform == "linux"

# Of linux/prctl.h and linux/capability.h.
_GET_DUMPABLE: Final = 3
_SET_DUMPABLE: Final = 4
_CAPBSET_DROP: Final = 24
_SET_NO_NEW_PRIVS: Final = 38
_CAPABILITY_VERSION: Final = 0x20080522
_SETPCAP: Final = 8


class Capability(IntEnum):
    """The powers of root that this service has a use for (capabilities(7))."""

    CHOWN = 0
    """Giving the embedded server's folder to the user who runs it."""
    DAC_OVERRIDE = 1
    """Going into that folder, and connecting to a server's socket in the folder of another user."""
    DAC_READ_SEARCH = 2
    """Reading files of settings and keys that belong to another user."""
    FOWNER = 3
    """Letting that user pass through to the server's programs."""
    KILL = 5
    """Ending that server's processes."""
    SETGID = 6
    SETUID = 7
    """Starting programs as that user, which gives them none of these powers."""
    NET_BIND_SERVICE = 10
    """Listening on a port below 1024."""
    SYS_PTRACE = 19
    """Seeing in which folder a process of another user works: whether it is the embedded server's."""


_WITHOUT_SERVER: Final = frozenset({Capability.DAC_OVERRIDE, Capability.DAC_READ_SEARCH, Capability.NET_BIND_SERVICE})
_WITH_SERVER: Final = frozenset(Capability)


def harden() -> None:
    """Have this process leave no core files, nor its programs, and none of them gain powers from a file's owner.

    Every process does this as it begins, since a program starts out readable again. Raises OSError where the system
    refuses.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _LINUX:
        _prctl(_SET_DUMPABLE, 0)
        _prctl(_SET_NO_NEW_PRIVS, 1)


def drop_powers(*, runs_server: bool) -> None:
    """Under root, keep only what `runs_server` (the embedded PostgreSQL, as another user) needs, or even less.

    No program that is started gets more back. Powers belong to threads: they are dropped by a process's first one,
    before it starts others, and by no other. Raises OSError where the system refuses.
    """
    if _LINUX and os.geteuid() == 0 and threading.current_thread() is threading.main_thread():
        _keep_only(_WITH_SERVER if runs_server else _WITHOUT_SERVER)


def dumpable() -> bool:
    """Whether this process's memory may be written to a core file, or read by another process of its user."""
    return not _LINUX or _prctl(_GET_DUMPABLE) == 1


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    """32 of the capabilities, each a bit in three sets."""

    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _keep_only(kept: Iterable[Capability]) -> None:
    """Drops all other capabilities: of this thread, and of the programs that it starts."""
    header, halves = _Header(_CAPABILITY_VERSION, 0), (_Half * 2)()
    _checked(_libc().capget(ctypes.byref(header), halves))
    wanted = sum(1 << each for each in kept)
    if halves[0].effective >> _SETPCAP & 1:  # a container may have taken that away
        for capability in range(_last_capability() + 1):
            if not wanted >> capability & 1:
                _prctl(_CAPBSET_DROP, capability)
    for place, half in enumerate(halves):
        half.permitted &= wanted >> 32 * place & 0xFFFFFFFF
        half.effective = half.permitted
        half.inheritable = 0
    _checked(_libc().capset(ctypes.byref(header), halves))


def _last_capability() -> int:
    return int(Path("/proc/sys/kernel/cap_last_cap").read_text("ascii"))


def _prctl(option: int, value: int = 0) -> int:
    return _checked(_libc().prctl(option, value, 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)
