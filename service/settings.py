"""Settings, from the environment (prefix CARE_TIMELINE_); secrets also from files (suffix _FILE)."""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service.secret_files import SecretFiles


class Settings(BaseSettings):
    """What a deployment decides. Without a database address the service brings its own PostgreSQL along."""

    model_config = SettingsConfigDict(env_prefix="CARE_TIMELINE_", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[
        SecretStr | None,
        Field(description="PostgreSQL 15 or newer, as the service's own role. Unset: the embedded PostgreSQL 18."),
    ] = None
    owner_database_url: Annotated[
        SecretStr | None,
        Field(description="The same database as the owner's role; only migrate and the operator's commands use it."),
    ] = None
    data_dir: Annotated[Path, Field(description="Where the embedded PostgreSQL lives.")] = platformdirs.user_data_path(
        "care-timeline"
    )
    key_encryption_keys: Annotated[
        SecretStr | None,
        Field(
            description="`id:base64 of 32 bytes`, several separated by commas; the first wraps new keys, the others"
            " still open old ones. Needed with an external database; unset in the embedded mode, one is made and kept"
            " in the data folder, where a backup of the folder holds it beside what it protects."
        ),
    ] = None
    host: Annotated[str, Field(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="The port to listen on.")] = 8420
    max_connections: Annotated[
        int, Field(ge=1, description="How many connections each process that answers holds; past them it answers 503.")
    ] = 1_000
    request_head_seconds: Annotated[
        float, Field(gt=0, description="How long a request's line and headers may take, else 408.")
    ] = 10.0
    request_body_seconds: Annotated[float, Field(gt=0, description="How long a request's body may take, else 408.")] = (
        20.0
    )
    request_seconds: Annotated[
        float, Field(gt=0, description="How long answering a request may take in all, its body included, else 503.")
    ] = 30.0
    webhooks_over_http: Annotated[
        bool, Field(description="Whether receivers of webhooks may be reached without TLS, as while trying things out.")
    ] = False
    webhooks_to_private_addresses: Annotated[
        bool,
        Field(
            description="Whether receivers of webhooks may be on this machine or in private networks. Whoever may make"
            " webhooks can then have requests sent there."
        ),
    ] = False
    webhook_deliveries_kept_days: Annotated[
        int, Field(ge=1, description="For how many days the record of a delivery is kept once it is over.")
    ] = 30
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="How much is logged.")] = (
        "info"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.database_url and not self.key_encryption_keys:
            raise ValueError(
                "CARE_TIMELINE_KEY_ENCRYPTION_KEYS is needed with CARE_TIMELINE_DATABASE_URL;"
                " make one with: care-timeline keys new-encryption-key"
            )
        if self.owner_database_url and not self.database_url:
            raise ValueError("CARE_TIMELINE_OWNER_DATABASE_URL goes with CARE_TIMELINE_DATABASE_URL; set both.")
        parse_key_encryption_keys(self.key_encryption_keys.get_secret_value() if self.key_encryption_keys else "")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the code gives, then files of secrets, then the environment."""
        return init_settings, SecretFiles(settings_cls), env_settings

    @property
    def embedded(self) -> bool:
        """Whether the service runs its own PostgreSQL."""
        return self.database_url is None


def parse_key_encryption_keys(text: str) -> dict[str, bytes]:
    """Keys by their id, the current one first. Raises ValueError that tells what is wrong, never a key."""
    keys: dict[str, bytes] = {}
    for place, part in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(key) != 32:
            raise ValueError(f"key-encryption key number {place} must read id:base64 of 32 bytes")
        keys[name] = key
    return keys
