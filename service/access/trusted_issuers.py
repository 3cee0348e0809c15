"""Whose tokens are believed, as a TOML file says it: one `[[issuer]]` for each.

[[issuer]]
issuer = "https://login.example.org/realms/clinic"
audience = "https://care.example.org"
keys = "https://login.example.org/realms/clinic/protocol/openid-connect/certs"
algorithms = ["RS256"]
organization_id = "3f0f1a7e-0a57-4a3f-8a42-2f3b8a0d8c11"
role_claim = ["realm_access", "roles"]

[issuer.roles]                 # the first that a token has is the caller's
"Clinical Supervisor" = "supervisor"
"Counselor" = "counselor"

[issuer.people]                # subjects who are known here under an id already
"f:8c1e:ana" = "0b9d6f7e-5f0c-4a3e-9d1f-3c2b1a0e9d8c"
"""

import tomllib
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from service.access.caller import KeyRole

Algorithm = Literal["RS256", "ES256", "EdDSA"]
_Text = Annotated[str, Field(min_length=1, max_length=500)]


class IssuersUnreadable(ValueError):
    """The file of trusted issuers cannot be used; the message says what is wrong in it, and where."""


class TrustedIssuer(BaseModel):
    """An authorization server whose access tokens are believed, for one organization."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: _Text
    """What its tokens have as `iss`, letter by letter."""
    audience: _Text
    """What names this service in `aud`."""
    keys: _Text
    """Where its public keys are (a JWK set): an https address, or a file's path. No other place is ever asked."""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)]
    """How its tokens may be signed."""
    organization_id: UUID
    """The organization whose people and systems it speaks for."""
    roles: Annotated[dict[_Text, KeyRole], Field(min_length=1)]
    """Which of its roles are which of ours; of several that a token has, the first here counts."""
    people: dict[_Text, UUID] = Field(default_factory=dict)
    """Subjects (`sub`) who are known here already: under which id each records and is on teams, such as the id of the
    API key that they had before."""
    role_claim: _Text | Annotated[tuple[_Text, ...], Field(min_length=1)] = "roles"
    """The claim that holds the role or roles; several words are a path into claims within claims."""
    name_claim: _Text = "sub"
    """The claim that is shown beside what the caller records, such as preferred_username."""
    typ: _Text = "at+jwt"
    """What the header has as `typ` (RFC 9068): whoever takes other kinds takes ID tokens as well."""
    longest_lifetime: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(hours=24)
    """How long a token may be good at most, from `iat` to `exp` (our choice: a day; the usual is an hour)."""

    announced: bool = True
    """Whether clients without a token are told of it (RFC 9728); where several organizations share a service, each
    one's would be told to all."""

    @field_validator("keys")
    @classmethod
    def _safe(cls, keys: str) -> str:
        address = urlsplit(keys)
        if address.scheme in {"http", "https"} and address.username is None and address.hostname:
            if address.scheme == "http" and not _this_machine(address.hostname):
                raise ValueError("an http address can be changed on its way: give an https address")
            return keys
        if "://" in keys:
            raise ValueError("give an https address, or the path of a file")
        return keys

    @property
    def role_path(self) -> tuple[str, ...]:
        """Where in the claims the roles are."""
        return (self.role_claim,) if isinstance(self.role_claim, str) else self.role_claim


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    issuer: tuple[TrustedIssuer, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "_File":
        names = [each.issuer for each in self.issuer]
        if len(set(names)) < len(names):
            raise ValueError("an issuer is named twice: its tokens would speak for two organizations")
        return self


_file: TypeAdapter[Any] = TypeAdapter(_File)


def trusted_issuers(path: Path | None) -> tuple[TrustedIssuer, ...]:
    """The issuers that the file names; none without a file. Raises IssuersUnreadable."""
    if path is None:
        return ()
    try:
        found: _File = _file.validate_python(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IssuersUnreadable(f"{path}: the trusted issuers cannot be read: {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in each['loc']) or 'the file'}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_url=False, include_input=False)
        )
        raise IssuersUnreadable(f"{path}: the trusted issuers cannot be used: {wrong}.") from error
    return found.issuer


def _this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
