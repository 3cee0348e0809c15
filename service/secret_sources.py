"""Where secrets come from: the environment, a file, or a command that prints them.

CARE_TIMELINE_DATABASE_URL_FILE names a file that holds CARE_TIMELINE_DATABASE_URL, CARE_TIMELINE_DATABASE_URL_COMMAND a
command whose standard output is it, such as that of a secret store. Another source is one more class here.
"""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource, SettingsError

COMMAND_SECONDS: Final = 10.0
"""How long a command may take: our choice; a secret store answers within a second, and a start must not hang."""


class SecretSource(Protocol):
    """Somewhere that secrets can be had from, named by a variable with a suffix of its own."""

    suffix: str
    """What follows the name of the secret's own variable, such as _FILE."""

    def read(self, variable: str, said: str) -> str:
        """The secret, where `said` is what the variable holds. Raises SettingsError: it never quotes a secret."""


class SecretFile:
    """A file. This is how containers are handed secrets, and it has an owner."""

    suffix = "_FILE"

    def read(self, variable: str, said: str) -> str:
        """What the file holds, without the line end at its end."""
        try:
            return _secret(Path(said).read_text("utf-8"), f"{variable} names {said}, which is empty")
        except OSError as error:
            raise SettingsError(f"{variable} names {said}, which cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{variable} names {said}, which is not text in UTF-8") from None


class SecretCommand:
    """A command, run without a shell, with this process's environment and nothing to read.

    What it says on standard error goes to ours: it is for whoever runs the service, and stores say there what is wrong.
    """

    suffix = "_COMMAND"

    def __init__(self, seconds: float = COMMAND_SECONDS) -> None:
        self._seconds = seconds

    def read(self, variable: str, said: str) -> str:
        """What the command prints, without the line end at its end."""
        try:
            words = shlex.split(said)
        except ValueError as error:
            raise SettingsError(f"{variable} is no command: {error}") from None
        if not words:
            raise SettingsError(f"{variable} is no command: it is empty")
        try:
            done = subprocess.run(  # noqa: S603 the operator's command, and no shell reads it
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=self._seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise SettingsError(f"{variable}: {words[0]} had not ended after {self._seconds:g} seconds") from None
        except OSError as error:
            raise SettingsError(f"{variable}: {words[0]} cannot be run: {error.strerror}") from None
        if done.returncode:
            raise SettingsError(f"{variable}: {words[0]} ended with exit code {done.returncode}")
        try:
            return _secret(done.stdout.decode(), f"{variable}: {words[0]} printed nothing")
        except UnicodeDecodeError:
            raise SettingsError(f"{variable}: what {words[0]} printed is not text in UTF-8") from None


SOURCES: Final[Sequence[SecretSource]] = (SecretFile(), SecretCommand())
"""Where secrets come from beside the environment itself, which pydantic-settings reads."""


class SecretSources(PydanticBaseSettingsSource):
    """For each secret among the settings, what the source gives that a variable with its suffix names.

    What stands in the environment itself shows in `docker inspect` and is inherited by every child.
    """

    def __call__(self) -> dict[str, Any]:
        """What the sources give, by field. Raises SettingsError: it names variable and source, never a secret."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            if SecretStr in get_args(field.annotation) and name not in self.current_state:
                value, key, _ = self.get_field_value(field, name)
                if value is not None:
                    found[key] = value
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret (None: no source is named), the field's name, and that the secret is plain text."""
        own = f"{self.config['env_prefix']}{field_name}".upper()
        named = [source for source in SOURCES if os.environ.get(own + source.suffix)]
        said = [name for name in (own, *(own + source.suffix for source in named)) if os.environ.get(name)]
        if len(said) > 1:
            raise SettingsError(f"{' and '.join(said)} are both set: keep one of them")
        for source in named:
            return source.read(said[0], os.environ[said[0]]), field_name, False
        return None, field_name, False


def _secret(text: str, complaint: str) -> str:
    secret = text.rstrip("\r\n")
    if not secret:
        raise SettingsError(complaint)
    return secret
