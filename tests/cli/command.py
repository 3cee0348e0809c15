"""Running commands in this process, and reading what they say."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from service.cli.main import app
from service.database.embedded import DatabaseUrls
from tests.system import KEY_ENCRYPTION_KEY, SIGNING_KEY


class Said(NamedTuple):
    """What a command said on standard output and standard error, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Command:
    """The command line with settings in its environment."""

    environment: Mapping[str, str | None]

    async def __call__(self, *arguments: object, **environment: str | None) -> Said:
        """Run a command; settings given as DATABASE_URL=… replace those of the environment, None takes one away."""
        changed = {f"CARE_TIMELINE_{name}": value for name, value in environment.items()}
        words = [str(each) for each in arguments]
        # In a thread, since the command has an event loop of its own.
        return await asyncio.to_thread(_invoke, words, {**self.environment, **changed})

    async def done(self, *arguments: object) -> str:
        """What a command says on standard output; it must end well."""
        said = await self(*arguments)
        assert said.code == 0, said.err + said.out
        return said.out


def _invoke(words: list[str], environment: Mapping[str, str | None]) -> Said:
    result = CliRunner().invoke(app, words, env=environment, catch_exceptions=False)
    return Said(result.exit_code, result.stdout, result.stderr)


def environment_of(database: DatabaseUrls, data_dir: Path) -> dict[str, str | None]:
    """The settings of a service over this database."""
    return {
        "CARE_TIMELINE_DATABASE_URL": database.app,
        "CARE_TIMELINE_OWNER_DATABASE_URL": database.owner,
        "CARE_TIMELINE_KEY_ENCRYPTION_KEYS": KEY_ENCRYPTION_KEY.get_secret_value(),
        "CARE_TIMELINE_SIGNING_KEYS": SIGNING_KEY.get_secret_value(),
        "CARE_TIMELINE_CHECKPOINT_ORIGIN": "clinic.example",
        "CARE_TIMELINE_CHECKPOINT_FOLDER": str(data_dir / "checkpoints"),
        "CARE_TIMELINE_DATA_DIR": str(data_dir),
    }
