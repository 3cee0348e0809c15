"""Fixtures for every test; what they are is told where they are made."""

import os

import hypothesis
import psutil
import pytest

from service.runtime.gc_tuning import collect_seldom

collect_seldom()

# No deadline: how fast an example runs depends on what else the machine does. `make bench` measures.
# `make test ARGS=--hypothesis-profile=thorough` looks longer, as before a release or over night; `few` is for runs
# within a run, of properties that the run itself tries as often as usual.
hypothesis.settings.register_profile("care-timeline", deadline=None, max_examples=50)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2_000)
hypothesis.settings.register_profile("few", deadline=None, max_examples=10)
hypothesis.settings.load_profile("care-timeline")

pytest.register_assert_rewrite("tests.projector.comparing")

from tests.data_folders import data_folder, made_data_folder  # noqa: E402
from tests.databases import database, fresh_database, organization_id, pool, server, store  # noqa: E402
from tests.system import counselor, system  # noqa: E402
from tests.temporary_folders import in_memory  # noqa: E402

__all__ = [
    "counselor",
    "data_folder",
    "database",
    "fresh_database",
    "made_data_folder",
    "organization_id",
    "pool",
    "server",
    "store",
    "system",
]


def pytest_configure() -> None:
    """Temporary folders, the servers' data among them, are kept in memory where there is room, unless told otherwise.

    The variable is pytest's own; --basetemp goes before it.
    """
    if folder := in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` starts: half as many more as there are processors.

    A third of the time that tests take they wait: for a process to start, for a limit to pass.
    """
    return (psutil.cpu_count() or 1) * 3 // 2
