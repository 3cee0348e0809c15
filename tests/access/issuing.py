"""An issuer of tokens for tests: its keys, made here, and tokens as it would make them or somebody would forge them."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from service.access.trusted_issuers import TrustedIssuer

ISSUER = "https://login.example.org/clinic"
AUDIENCE = "https://care.example.org"
KEYS = "https://login.example.org/clinic/keys"
ORGANIZATION = UUID(int=7)

Json = Any


@cache
def private_keys() -> Mapping[str, Any]:
    """The issuer's keys by their algorithm, and one of nobody's; made once, since RSA takes its time."""
    return {
        "RS256": rsa.generate_private_key(65537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        "forged": ed25519.Ed25519PrivateKey.generate(),
    }


def public_jwk(name: str, **said: Json) -> dict[str, Json]:
    """The public part as a JWK, whose id is the algorithm's name."""
    kinds = {"RS256": "RSA", "ES256": "EC"}
    algorithm = jwt.get_algorithm_by_name(name if name in kinds else "EdDSA")
    jwk: dict[str, Json] = json.loads(algorithm.to_jwk(private_keys()[name].public_key()))
    jwk.pop("key_ops", None)
    return {**jwk, "kid": name, "use": "sig", **said}


def pem(name: str) -> bytes:
    """The public part as text, which some libraries took for the secret of an HMAC."""
    public: bytes = (
        private_keys()[name]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return public


def issuer(organization_id: UUID = ORGANIZATION, **said: Json) -> TrustedIssuer:
    """What the settings say of the issuer."""
    return TrustedIssuer.model_validate(
        {
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "keys": KEYS,
            "algorithms": ("RS256", "ES256", "EdDSA"),
            "organization_id": organization_id,
            "roles": {"Lead": "supervisor", "Counselor": "counselor", "Reader": "auditor"},
            **said,
        }
    )


def claims(**said: Json) -> dict[str, Json]:
    """What a token says; None takes a claim away."""
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user-1", "iat": at(0), "exp": at(300), "roles": ["Counselor"]}
    return {name: value for name, value in {**usual, **said}.items() if value is not None}


def token(
    said: Mapping[str, Json] | None = None,
    *,
    algorithm: str = "EdDSA",
    key: Any = None,
    headers: Mapping[str, Json] | None = None,
) -> str:
    """A token of the issuer: with these claims, and headers beside or in place of its own."""
    header = {"typ": "at+jwt", "kid": algorithm, **(headers or {})}
    key = private_keys()[algorithm] if key is None else key
    return jwt.encode(dict(said or claims()), key, algorithm=algorithm, headers=header)


def handmade(header: Json, payload: Json, sign: Callable[[bytes], bytes] | None = None) -> str:
    """A token that no library would make, signed with the issuer's EdDSA key, so that nothing else is wrong in it."""
    signed = b".".join(_base64(json.dumps(part).encode()) for part in (header, payload))
    return b".".join([signed, _base64((sign or private_keys()["EdDSA"].sign)(signed))]).decode()


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def at(seconds: int) -> int:
    """The moment so many seconds from now, as claims have it."""
    return int(time.time()) + seconds


@dataclass
class Net:
    """All that can be fetched; whatever is asked for is noted."""

    answer: Callable[[httpx.Request], httpx.Response] = lambda _: key_set("RS256", "ES256", "EdDSA")
    asked: list[str] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        """For whoever fetches."""
        return httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self.answer(request)


def key_set(*names: str) -> httpx.Response:
    """The answer with these keys."""
    return httpx.Response(200, json={"keys": [public_jwk(name) for name in names]})
