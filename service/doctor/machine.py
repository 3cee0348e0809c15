"""Checks of the machine: Python, and the data folder of the embedded PostgreSQL."""

import os
import platform
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from service.deployment_keys import EMBEDDED_KEY_FILE, EMBEDDED_SIGNING_KEY_FILE
from service.doctor.check import Check
from service.settings import Settings

OLDEST_PYTHON = (3, 11)

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO


def python() -> Check:
    """Whether this Python is new enough."""
    found = f"Python {platform.python_version()}"
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Check("Python", True, f"{found}.")
    return Check("Python", False, f"{found} is too old: install 3.11 or newer.")


def data_folder(settings: Settings) -> Check:
    """Whether the data folder is there, and closed to others."""
    folder = settings.data_dir.expanduser()
    problems = list(_problems(folder))
    if problems:
        return Check("data folder", False, " ".join(problems))
    return Check("data folder", True, f"{folder} is closed to other users.")


def _problems(folder: Path) -> Iterator[str]:
    if not folder.exists():
        parent = next(parent for parent in folder.parents if parent.exists())
        if not os.access(parent, os.W_OK):
            yield f"{folder} cannot be made: set CARE_TIMELINE_DATA_DIR to a folder that you may write to."
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield f"{folder} cannot be written to: run care-timeline as its owner, or set CARE_TIMELINE_DATA_DIR."
    if folder.stat().st_mode & OTHERS_WRITE:
        yield f"Other users can write to {folder}: run chmod go-w on it."
    for private in (folder / EMBEDDED_KEY_FILE, folder / EMBEDDED_SIGNING_KEY_FILE, folder / "postgres"):
        if private.exists() and private.stat().st_mode & OTHERS_READ:
            yield f"Other users can read {private}: run chmod go-rwx on it."
