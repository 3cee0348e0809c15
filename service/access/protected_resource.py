"""This service as OAuth 2.0 knows it: a protected resource that names its authorization servers (RFC 9728)."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from service.access.permissions import ROLES, Resource
from service.access.roles import KeyRole
from service.access.trusted_issuers import TrustedIssuer

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"

_ADDRESS: Final = re.compile(r"https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_LETTERS: Final = "crus"


class ProtectedResource(NamedTuple):
    """The service's identifier, which tokens have as audience, and who makes tokens for it."""

    identifier: str
    authorization_servers: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the metadata is: between the identifier's host and its path stands what RFC 9728 says."""
        return WELL_KNOWN + urlsplit(self.identifier).path.rstrip("/")

    @property
    def metadata_address(self) -> str:
        """The metadata's whole address."""
        return f"https://{urlsplit(self.identifier).netloc}{self.path}"

    @property
    def metadata(self) -> dict[str, Any]:
        """What is told of it."""
        return {
            "resource": self.identifier,
            "authorization_servers": list(self.authorization_servers),
            "scopes_supported": _scopes(),
            "bearer_methods_supported": ["header"],
            "resource_name": "care-timeline",
        }


def protected_resource(issuers: Iterable[TrustedIssuer]) -> ProtectedResource | None:
    """The resource whose tokens these issuers make, of which those are named that may be.

    None where there is none to name, and where they do not share an audience that is an https address: a client asks
    for a token by the resource's identifier (RFC 8707), and could ask for none that would be accepted.
    """
    named = [each for each in issuers if each.announced]
    audiences = {each.audience for each in named}
    if len(audiences) != 1 or not _ADDRESS.fullmatch(identifier := audiences.pop()):
        return None
    return ProtectedResource(identifier, tuple(each.issuer for each in named))


def _scopes() -> list[str]:
    """All that gives something to some role, for people and for systems, by resource."""
    letters: dict[tuple[str, Resource], set[str]] = {}
    for role, table in ROLES.items():
        for resource, theirs in table.items():
            context = "system" if role is KeyRole.SYSTEM else "user"
            letters.setdefault((context, resource), set()).update(theirs)
    return sorted(
        f"{context}/{resource}.{''.join(letter for letter in _LETTERS if letter in given)}"
        for (context, resource), given in letters.items()
    )
