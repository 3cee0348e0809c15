"""The command line over the module's database."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from service.cli import console
from service.database.embedded import DatabaseUrls
from tests.cli.command import Command, environment_of


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not broken, so that tests can look for what is said."""
    monkeypatch.setattr(console.out, "_width", 250)
    monkeypatch.setattr(console.err, "_width", 250)


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command sets up logging for its process, which here is the tests': no logger may keep that for itself."""
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **said: configure(**said | {"cache_logger_on_first_use": False}))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def command(database: DatabaseUrls, tmp_path: Path) -> Command:
    """Runs commands as an administrator does, over the module's database."""
    return Command(environment_of(database, tmp_path))
