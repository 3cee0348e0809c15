"""OAuth 2.0 access tokens (JWT, RFC 9068): who calls, as an issuer says it whom the settings trust.

A token chooses neither the key nor the algorithm nor an address: the issuer's keys come from the place in the settings,
each key is used for one algorithm, and a token that brings a key or names a place for one is refused, as is one with
extensions that must be understood.
"""

import json
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from uuid import UUID, uuid5

import httpx
import jwt

from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.access.errors import NotAuthenticated, RoleMissing
from service.access.jwks import FETCH_SECONDS, IssuerKeys, fetch_from
from service.access.protected_resource import protected_resource
from service.access.scopes import narrows
from service.access.trusted_issuers import TrustedIssuer

MOST_CHARACTERS: Final = 8_192
LEEWAY_SECONDS: Final = 30
"""By how much the issuer's clock may differ from ours."""
LONGEST_SUBJECT: Final = 255

_SUBJECTS: Final = UUID("6f0d2c0e-7d55-4f0b-9a86-3c9c1c8b5a41")
_REFUSED_HEADERS: Final = ("crit", "jwk", "jku", "x5c", "x5u", "b64", "zip", "enc")
_REQUIRED: Final = ("iss", "sub", "aud", "exp", "iat")
_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9._-]+")
_LONGEST_NAME: Final = 64

_SENTENCES: Final[tuple[tuple[type[jwt.PyJWTError], str], ...]] = (
    (jwt.InvalidAudienceError, "it is made out for another audience"),
    (jwt.ImmatureSignatureError, "it is not valid yet"),
    (jwt.InvalidAlgorithmError, "it is signed with an algorithm that its key is not for"),
    (jwt.InvalidSignatureError, "its signature does not fit"),
    (jwt.MissingRequiredClaimError, "it lacks one of the claims iss, sub, aud, exp and iat"),
)


class Tokens:
    """Checks access tokens of the trusted issuers; each has its keys under its name."""

    def __init__(self, issuers: Mapping[str, tuple[TrustedIssuer, IssuerKeys]]) -> None:
        self._issuers = issuers
        self.resource = protected_resource(issuer for issuer, _ in issuers.values())
        """What clients may be told of who makes tokens; None where there is nothing to tell."""

    @staticmethod
    def looks_like_one(text: str) -> bool:
        """Whether this is meant to be a token, and not an API key."""
        return text.count(".") == 2

    async def authenticate(self, token: str) -> tuple[Caller, float]:
        """Who calls, and when the token expires, in seconds since 1970.

        Raises NotAuthenticated, RoleMissing, KeysUnavailable.
        """
        if len(token) > MOST_CHARACTERS or not token.isascii():
            raise _refused("it has no form that is known here")
        header, claimed = _unverified(token)
        issuer, keys = self._trusted(claimed.get("iss"))
        _check_header(header, issuer)
        key = await keys.key(header["kid"])
        if key is None or key.algorithm_name not in issuer.algorithms:
            raise _refused("its issuer has no such key")
        claims = _verified(token, key, issuer)
        return _caller(claims, issuer, header["kid"]), float(claims["exp"])

    def _trusted(self, issuer: Any) -> tuple[TrustedIssuer, IssuerKeys]:
        found = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if found is None:
            raise _refused("its issuer is not trusted here")
        return found


@asynccontextmanager
async def open_tokens(
    issuers: Iterable[TrustedIssuer], transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Tokens]:
    """Tokens of these issuers, whose keys are fetched while the context lasts; over `transport` where one is given."""
    async with AsyncExitStack() as stack:
        trusted: dict[str, tuple[TrustedIssuer, IssuerKeys]] = {}
        http: httpx.AsyncClient | None = None
        for issuer in issuers:
            if http is None:  # it costs a tenth of a second, which a service without issuers need not spend
                http = httpx.AsyncClient(transport=transport, follow_redirects=False, timeout=FETCH_SECONDS)
                await stack.enter_async_context(http)
            keys = IssuerKeys(issuer.issuer, fetch_from(issuer.keys, http))
            stack.push_async_callback(keys.close)
            trusted[issuer.issuer] = issuer, keys
        yield Tokens(trusted)


def subject_id(issuer: str, subject: str) -> UUID:
    """The id under which a subject records: always the same for one subject of one issuer (UUID version 5)."""
    return uuid5(_SUBJECTS, json.dumps([issuer, subject]))


def _refused(why: str, *, guessed: bool = True) -> NotAuthenticated:
    return NotAuthenticated(f"This access token is not accepted: {why}.", guessed=guessed)


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header, and what the token claims before anything is checked: enough to know with whose keys to check it."""
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        # Extensions that must be understood, and an id that is no text, are among what PyJWT refuses here.
        raise _refused("it has no form that is known here") from None
    return read["header"], read["payload"]


def _check_header(header: Mapping[str, Any], issuer: TrustedIssuer) -> None:
    if any(name in header for name in _REFUSED_HEADERS):
        raise _refused("its header names a key, an address or an extension, which is never followed")
    if header.get("alg") not in issuer.algorithms:
        raise _refused("its issuer does not sign with this algorithm")
    if _media_type(header.get("typ")) != _media_type(issuer.typ):
        raise _refused(f"its typ is not {issuer.typ}")
    if not isinstance(header.get("kid"), str):
        raise _refused("it does not name its key (kid)")


def _media_type(typ: Any) -> str | None:
    """The `typ` as RFC 7515 compares them: in any case, and with or without what every media type here begins with."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else None


def _verified(token: str, key: jwt.PyJWK, issuer: TrustedIssuer) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=issuer.issuer,
            audience=issuer.audience,
            leeway=LEEWAY_SECONDS,
            options={"require": list(_REQUIRED), "enforce_minimum_key_length": True},
        )
    except jwt.ExpiredSignatureError:
        # It was right, so nobody is guessing: a whole clinic may come with old ones before it asks for new ones.
        raise _refused("it has expired; ask its issuer for another", guessed=False) from None
    except jwt.PyJWTError as error:
        why = (sentence for kind, sentence in _SENTENCES if isinstance(error, kind))
        raise _refused(next(why, "one of its claims does not have the right form")) from None
    issued, expires = claims["iat"], claims["exp"]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (issued, expires)):
        raise _refused("its iat and exp are no numbers")
    if not 0 < expires - issued <= issuer.longest_lifetime.total_seconds():
        raise _refused("it is good for longer than is accepted here, or expires before it was made")
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
        raise _refused(f"its sub is empty or longer than {LONGEST_SUBJECT} characters")
    return claims


def _caller(claims: Mapping[str, Any], issuer: TrustedIssuer, key_id: str) -> Caller:
    role = _role(claims, issuer)
    known = None if role is KeyRole.SYSTEM else issuer.people.get(claims["sub"])  # a system is no person
    subject = known or subject_id(issuer.issuer, claims["sub"])
    name = _name(claims.get(issuer.name_claim)) or _name(claims["sub"]) or str(subject)
    return Caller(issuer.organization_id, subject, name, role, _scopes(claims, role), key_id)


def _role(claims: Mapping[str, Any], issuer: TrustedIssuer) -> KeyRole:
    found: Any = claims
    for part in issuer.role_path:
        found = found.get(part) if isinstance(found, Mapping) else None
    named = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    for theirs, ours in issuer.roles.items():
        if theirs in named:
            return ours
    raise RoleMissing(
        f"The access token has no role that is known here, in its claim {'.'.join(issuer.role_path)}: whoever runs the"
        " service says which of its roles are which of ours."
    )


def _scopes(claims: Mapping[str, Any], role: KeyRole) -> frozenset[str]:
    """The token's scopes about records. Without any a person has all that their role may, and a system nothing.

    One that gives nothing here counts: whoever asked for less than their role may does not get all of it. A claim of
    another form than RFC 9068 gives it (section 2.2.3: RFC 8693's text of words with spaces between) is no token
    without scopes: it says nothing that can be relied on, so the token is refused. A list of words is taken, as some
    issuers write `scp`.
    """
    ours = frozenset(word for word in _scope_words(claims) if narrows(word))
    return ours if ours or role is KeyRole.SYSTEM else SCOPES_OF_ROLE[role]


def _scope_words(claims: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for name in ("scope", "scp"):
        said = claims.get(name, "")
        found = said.split() if isinstance(said, str) else said
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise _refused(f"its {name} is no text of scopes with spaces between them", guessed=False)
        words += found
    return words


def _name(said: Any) -> str:
    """As a key's name is written: what else an issuer puts into a name could not be told from our own words."""
    if not isinstance(said, str):
        return ""
    plain = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_NAME.sub("-", plain).strip("._-")[:_LONGEST_NAME]
