"""Settings, from the environment (prefix CARE_TIMELINE_); secrets also from files and commands."""

import base64
import binascii
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, Self

import platformdirs
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service.proofs.notes import COSIGNATURE, KEY_BYTES, NoteRefused, VerifierKey, read_verifier_key
from service.secret_sources import SecretSources

_ORIGIN: Final = r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$"


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
    backup_database_url: Annotated[
        SecretStr | None,
        Field(
            description="The same database as a login that reads every organization's rows (BYPASSRLS and"
            " pg_read_all_data); only backup uses it."
        ),
    ] = None
    data_dir: Annotated[Path, Field(description="Where the embedded PostgreSQL lives.")] = platformdirs.user_data_path(
        "care-timeline"
    )
    key_encryption_keys: Annotated[
        SecretStr | None,
        Field(
            description="`id:base64 of 32 bytes`, or `id:provider:reference` for a key that is held elsewhere; several"
            " separated by commas: the first wraps new keys, the others still open old ones. Needed with an external"
            " database; unset in the embedded mode, one is made and kept in the data folder, where a copy of the folder"
            " holds it beside what it protects."
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
    requests_per_minute: Annotated[
        int,
        Field(
            ge=0,
            description="How many requests a minute each process answers for one API key, in the long run; more are"
            " answered 429. 0: no limit.",
        ),
    ] = 30_000
    requests_at_once: Annotated[
        int, Field(ge=1, description="How many requests one API key may send at once, after it has sent none.")
    ] = 5_000
    allowed_origins: Annotated[
        tuple[Annotated[str, Field(pattern=_ORIGIN)], ...],
        Field(
            description="Origins whose pages may call the API from a browser, each in full, as a JSON list such as"
            ' ["https://clinic.example.org:8443"]. None unless set.'
        ),
    ] = ()
    metrics_port: Annotated[
        int | None,
        Field(ge=0, le=65535, description="The port on which Prometheus finds /metrics. Unset: there are none."),
    ] = None
    metrics_host: Annotated[str, Field(description="The address of that port.")] = "127.0.0.1"
    traces: Annotated[
        bool,
        Field(
            description="Whether to send traces to OpenTelemetry's collector, which the variables of its own name"
            " (OTEL_EXPORTER_OTLP_ENDPOINT …); needs the extra `telemetry`."
        ),
    ] = False
    feed_readers_per_key: Annotated[
        int,
        Field(
            ge=1,
            description="How many streams and waiting requests each API key may have at the feed at once, in each"
            " process that answers; past them it answers 429.",
        ),
    ] = 10
    wrong_keys_per_minute: Annotated[
        int,
        Field(
            ge=1,
            description="How many wrong keys and tokens one address, or one key's id, may send to a process in a"
            " minute; further ones cost no query and are answered 429.",
        ),
    ] = 30
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        Field(
            description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as a JSON list such as"
            ' ["10.0.0.0/8"]. None unless set: a caller may write these headers too.'
        ),
    ] = ()
    trusted_issuers: Annotated[
        Path | None,
        Field(description="A TOML file of the issuers whose OAuth 2.0 access tokens are believed; unset: none is."),
    ] = None
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
    signing_keys: Annotated[
        SecretStr | None,
        Field(
            description="Keys that sign checkpoints of the log: base64 of 32 bytes, several separated by commas; all of"
            " them sign. Unset with an external database, nothing is signed; in the embedded mode one is made and kept"
            " in the data folder."
        ),
    ] = None
    retired_signing_keys: Annotated[
        tuple[str, ...],
        Field(
            description="Public keys (base64 of 32 bytes, as care-timeline keys signing shows them) that sign no more,"
            ' as a JSON list such as ["BA…"]: what they signed is believed still.'
        ),
    ] = ()
    checkpoint_origin: Annotated[
        str,
        Field(
            pattern=r"^[!-*,-~]{1,200}$",
            description="How the names of logs begin, best an address of yours without its scheme: the organization's"
            " id follows it. It stays, unless events are lost for good.",
        ),
    ] = "care-timeline"
    checkpoint_seconds: Annotated[
        float, Field(ge=1, description="How often a checkpoint is signed of each log that has grown.")
    ] = 60.0
    checkpoint_folder: Annotated[
        Path | None,
        Field(
            description="A folder to which checkpoints are written, best on another machine: a log that was restored to"
            " an earlier point is known by it. Unset: none, in the embedded mode one in the data folder."
        ),
    ] = None
    checkpoint_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://\S+$",
            description="An address to which checkpoints are posted; what it answers may be cosignatures.",
        ),
    ] = None
    witness_keys: Annotated[
        tuple[str, ...],
        Field(
            description="The keys of witnesses whose cosignatures are kept, as a JSON list such as"
            ' ["witness.example+0123abcd+BA…"].'
        ),
    ] = ()
    witness_urls: Annotated[
        tuple[Annotated[str, Field(pattern=r"^https?://\S+$")], ...],
        Field(
            description="The addresses of witnesses that are asked to cosign checkpoints (C2SP tlog-witness), as a JSON"
            ' list such as ["https://witness.example"]. None unless set.'
        ),
    ] = ()
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
        parse_signing_keys(self.signing_keys.get_secret_value() if self.signing_keys else "")
        parse_retired_signing_keys(self.retired_signing_keys)
        parse_witness_keys(self.witness_keys)
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
        """What the code gives, then files and commands that hold secrets, then the environment."""
        return init_settings, SecretSources(settings_cls), env_settings

    @property
    def embedded(self) -> bool:
        """Whether the service runs its own PostgreSQL."""
        return self.database_url is None


class ProvidedKey(NamedTuple):
    """A key-encryption key that is held elsewhere, as the settings name it."""

    provider: str
    """Under which name an installed package provides it."""
    reference: str
    """Which of the provider's keys, in the provider's words."""


def parse_key_encryption_keys(text: str) -> dict[str, bytes | ProvidedKey]:
    """Keys by their id, the current one first. Raises ValueError that tells what is wrong, never a key."""
    keys: dict[str, bytes | ProvidedKey] = {}
    for place, part in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, _, said = part.partition(":")
        provider, provided, reference = said.partition(":")
        try:
            key = base64.b64decode(said, validate=True)
        except binascii.Error:
            key = b""
        if not name or not (provider and reference if provided else len(key) == 32):
            raise ValueError(
                f"key-encryption key number {place} must read id:base64 of 32 bytes, or id:provider:reference"
            )
        if name in keys:
            raise ValueError(f"key-encryption key number {place} has the id of one before it")
        keys[name] = ProvidedKey(provider, reference) if provided else key
    return keys


def parse_signing_keys(text: str) -> tuple[bytes, ...]:
    """The keys that sign checkpoints. Raises ValueError that tells what is wrong, never a key."""
    keys = []
    for place, part in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        try:
            key = base64.b64decode(part, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(f"signing key number {place} must be base64 of {KEY_BYTES} bytes")
        keys.append(key)
    return tuple(keys)


def parse_retired_signing_keys(said: Iterable[str]) -> tuple[bytes, ...]:
    """Public keys of signing keys that were retired. Raises ValueError for what is none."""
    keys = []
    for place, each in enumerate(said, start=1):
        try:
            key = base64.b64decode(each, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(f"retired signing key number {place} must be base64 of {KEY_BYTES} bytes")
        keys.append(key)
    return tuple(keys)


def parse_witness_keys(said: Iterable[str]) -> tuple[VerifierKey, ...]:
    """The keys of witnesses. Raises ValueError for what is none."""
    try:
        keys = tuple(map(read_verifier_key, said))
    except NoteRefused as error:
        raise ValueError(f"A witness's key is not one. {error}") from None
    for key in keys:
        if key.kind != COSIGNATURE:
            raise ValueError(f"The key {key.name} is a log's (type 01), not a witness's (type 04).")
    return keys
