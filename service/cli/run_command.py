"""Running a command: settings, an event loop, and errors as one plain sentence."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from service.cli.errors import CommandFailed
from service.runtime.event_loop import new_event_loop
from service.runtime.hardening import drop_powers, harden

if TYPE_CHECKING:
    from service.settings import Settings

T = TypeVar("T")

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def run(
    work: Callable[["Settings"], Coroutine[Any, Any, T]],
    settings: Callable[[], "Settings"] | None = None,
    *,
    quiet: bool = True,
) -> T:
    """The result of the work, done with the settings of the environment unless others are given.

    Errors end the command with a sentence on standard error and exit code 1. Only warnings are logged, unless
    the command is not quiet; then it is for the settings to say what.
    """
    with errors_told(), asyncio.Runner(loop_factory=new_event_loop) as runner:
        from service.runtime.logging_setup import configure_logging

        harden()
        found = _valid(settings or _environment)
        drop_powers(runs_server=found.embedded)
        configure_logging("warning" if quiet else found.log_level, sys.__stderr__)
        return runner.run(work(found))


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns errors into a sentence and an exit code. No traceback, since texts of exceptions may quote a client."""
    from service.cli.console import err

    try:
        yield
    except KeyboardInterrupt:
        err.print("Stopped.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - all of them are told
        from service.cli.error_messages import defect, error_message

        err.print(error_message(error) or defect(error), style="red", soft_wrap=True)
        raise typer.Exit(1) from None


def _valid(settings: Callable[[], "Settings"]) -> "Settings":
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    try:
        return settings()
    except SettingsError as error:
        raise CommandFailed(f"The settings cannot be used. {error}.") from None
    except ValidationError as error:
        from service.cli.error_messages import of_the_settings

        raise CommandFailed(of_the_settings(error)) from None


def _environment() -> "Settings":
    from service.settings import Settings

    return Settings()
