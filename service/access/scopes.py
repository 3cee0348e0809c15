"""Scopes as SMART App Launch 2 writes them, such as `user/CarePlan.rs`, and what they give of a role's permissions.

`user/` is for people and `system/` for systems; a resource is one of ours (permissions.py) or `*`, for whatever the
role may; letters stand in the order c, r, u, d, s.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from service.access.permissions import PERMISSIONS, Resource
from service.access.roles import KeyRole

_SCOPE: Final = re.compile(r"(user|system)/(\*|[A-Za-z]+)\.(?=[cruds])(c?r?u?d?s?)")

_ABOUT_RECORDS: Final = ("user/", "system/", "patient/")

ANYTHING: Final = "*"
"""The resource of a permission that any resource meets, such as *.c for whoever records something."""

_VERBS: Final = {"c": "record", "r": "read", "u": "correct or retract", "s": "list"}


class NotPermitted(Exception):
    """The caller may not do this. The message names the scope or the role's rule; `missing_scope` is None where no
    scope would help, since the role may not.
    """

    def __init__(self, role: KeyRole, permission: str) -> None:
        resource, _, letter = permission.rpartition(".")
        self.missing_scope = f"{_context(role)}/{permission}" if permitted(permission, PERMISSIONS[role]) else None
        if self.missing_scope:
            message = f"This needs the scope {self.missing_scope}, or one that includes it."
        else:
            others = sorted(other for other, theirs in PERMISSIONS.items() if permitted(permission, theirs))
            what = "anything of this kind" if resource == ANYTHING else resource
            message = f"The role {role} may not {_VERBS[letter]} {what}; these may: {', '.join(others)}."
        super().__init__(message)


def permitted(permission: str, among: frozenset[str]) -> bool:
    """Whether that permission is among these; one of any resource is where there is one with its letter."""
    if not permission.startswith(ANYTHING):
        return permission in among
    return any(each.endswith(permission[1:]) for each in among)


def narrows(word: str) -> bool:
    """Whether this is meant as a scope about a record, be it one that gives nothing here: with a query, of a patient,
    or in the words of SMART's version 1. Tokens hold other words beside them, such as openid.
    """
    return word.startswith(_ABOUT_RECORDS)


@lru_cache(maxsize=4096)
def permissions_of(role: KeyRole, scopes: frozenset[str]) -> frozenset[str]:
    """What the scopes give to that role. Whatever is no scope of ours gives nothing, as OAuth has it for tokens."""
    return frozenset(permission for scope in scopes for permission in _given(role, scope))


def check_scopes(role: KeyRole, scopes: Iterable[str]) -> frozenset[str]:
    """The scopes, each of which must give something to that role and, where it names a resource, all that it says.

    Raises ValueError with a sentence for whoever makes a key.
    """
    wanted = frozenset(scopes)
    for scope in sorted(wanted):
        found = _SCOPE.fullmatch(scope)
        if found is None or found[2] not in {ANYTHING, *Resource}:
            raise ValueError(
                f"{scope} is no scope; write for example {_context(role)}/CarePlan.rs. Resources are *,"
                f" {', '.join(sorted(Resource))}; letters are c, r, u, s in that order."
            )
        if found[1] != _context(role):
            raise ValueError(f"A scope of the role {role} begins with {_context(role)}/, not with {found[1]}/.")
        given = _given(role, scope)
        refused = [] if found[2] == ANYTHING else sorted({f"{found[2]}.{letter}" for letter in found[3]} - given)
        if refused or not given:
            asked = ", ".join(refused) or scope
            raise ValueError(f"The role {role} may not have {asked}; it may have: {_most(role)}.")
    return wanted


def _most(role: KeyRole) -> str:
    return ", ".join(sorted(PERMISSIONS[role])) or "none"


def _context(role: KeyRole) -> str:
    return "system" if role is KeyRole.SYSTEM else "user"


def _given(role: KeyRole, scope: str) -> frozenset[str]:
    found = _SCOPE.fullmatch(scope)
    if found is None or found[1] != _context(role):
        return frozenset()
    _, resource, letters = found.groups()
    return frozenset(
        permission
        for permission in PERMISSIONS[role]
        if permission[-1] in letters and resource in {ANYTHING, permission.rpartition(".")[0]}
    )


SCOPES_OF_ROLE: Final = {
    role: frozenset({f"{_context(role)}/*.cruds"} if PERMISSIONS[role] else ()) for role in KeyRole
}
"""The scopes that give all that a role may, also what a later release adds to it."""
