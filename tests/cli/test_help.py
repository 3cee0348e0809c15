"""Help: every command explains itself, with examples, exit codes, and a word on each option."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from service.cli.main import app

SHOWS_ONLY = {"list", "new-encryption-key", "new-signing-key"}
"""Commands of which no exit code needs explaining."""


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words by which it is called."""
    group = group or get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_the_overview_names_every_command_and_how_to_begin() -> None:
    said = CliRunner().invoke(app, ["--help"]).output

    assert "care-timeline demo" in said
    assert {path[0] for path, _ in commands()} <= set(said.split())


@pytest.mark.parametrize(("path", "command"), [pytest.param(*each, id=" ".join(each[0])) for each in commands()])
def test_a_command_explains_itself(path: tuple[str, ...], command: Any) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])

    assert result.exit_code == 0
    assert len(path) == 2 or "Examples" in result.output
    assert path[-1] in SHOWS_ONLY or "Exit codes:" in result.output
    for option in command.params:
        assert option.name == "help" or option.help, f"{option.name} is not explained"


@pytest.mark.parametrize("group", ["keys", "organizations"])
def test_a_group_without_a_command_shows_its_help(group: str) -> None:
    assert "Examples" in CliRunner().invoke(app, [group]).output
