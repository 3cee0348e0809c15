"""Secrets from files: CARE_TIMELINE_DATABASE_URL_FILE names a file that holds CARE_TIMELINE_DATABASE_URL."""

import os
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource, SettingsError


class SecretFiles(PydanticBaseSettingsSource):
    """For each secret among the settings, the content of the file that its variable with `_FILE` names.

    This is how containers are handed secrets: what stands in the environment shows in `docker inspect` and is
    inherited by every child. The line end at the end of a file is not part of the secret.
    """

    def __call__(self) -> dict[str, Any]:
        """What the files hold, by field. Raises SettingsError: it names the variable and the file, never a secret."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            if SecretStr in get_args(field.annotation) and name not in self.current_state:
                value, key, _ = self.get_field_value(field, name)
                if value is not None:
                    found[key] = value
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret (None: no file is named), the field's name, and that the secret is plain text."""
        variable = f"{self.config['env_prefix']}{field_name}".upper()
        file = os.environ.get(f"{variable}_FILE")
        if not file:
            return None, field_name, False
        if os.environ.get(variable):
            raise SettingsError(f"{variable} and {variable}_FILE are both set: keep one of them")
        return _content(f"{variable}_FILE", Path(file)), field_name, False


def _content(variable: str, file: Path) -> str:
    try:
        content = file.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{variable} names {file}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{variable} names {file}, which is not text in UTF-8") from None
    if not content:
        raise SettingsError(f"{variable} names {file}, which is empty")
    return content
