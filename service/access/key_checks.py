"""Whether a key can be made as asked; each raises KeyRefused where it cannot."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from domain.events.base import ShortText, Slug
from service.access.recipients import Recipient
from service.access.roles import KeyRole
from service.access.scopes import SCOPES_OF_ROLE, check_scopes, check_scopes_of_recipient

_SLUG: Final = TypeAdapter(Slug)
_SHORT_TEXT: Final = TypeAdapter(ShortText)


class KeyRefused(ValueError):
    """A key cannot be made or rotated as asked; the message says why, and what to do."""


def checked_name(name: str) -> str:
    """The name, which must be a slug."""
    try:
        return _SLUG.validate_python(name)
    except ValidationError as error:
        raise KeyRefused("A key's name is a slug: a-z, 0-9, '.', '_', '-', at most 64 characters.") from error


def granted(role: KeyRole, scopes: Iterable[str] | None) -> tuple[str, ...]:
    """The scopes of a new key: those asked for, or all of its role where that is no system."""
    if scopes is None and role is KeyRole.SYSTEM:
        raise KeyRefused("Say what the system may do, such as the scope system/CheckIn.c for a check-in app.")
    try:
        return tuple(sorted(SCOPES_OF_ROLE[role] if scopes is None else check_scopes(role, scopes)))
    except ValueError as error:
        raise KeyRefused(str(error)) from error


def checked_recipient(recipient: Recipient, role: KeyRole, scopes: Collection[str]) -> Recipient:
    """The other organization that is to hold a key of this role, with these scopes."""
    if role is not KeyRole.SYSTEM:
        raise KeyRefused("A key for another organization is one of a system: its people are in nobody's team here.")
    try:
        name = _SHORT_TEXT.validate_python(recipient.name)
    except ValidationError as error:
        raise KeyRefused("A recipient's name is 1 to 200 characters, as consents say it.") from error
    try:
        check_scopes_of_recipient(role, scopes)
    except ValueError as error:
        raise KeyRefused(str(error)) from error
    return Recipient(name, tuple(sorted(set(recipient.classes))))


def check_person(person_id: UUID | None, role: KeyRole) -> None:
    """That whoever is to hold a key of this role can be that person."""
    if person_id is not None and role is KeyRole.SYSTEM:
        raise KeyRefused("A system is no person: leave the person out, or choose the role in which they call.")


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """That a key expires in the future, where it does."""
    if expires_at is not None and expires_at <= now:
        raise KeyRefused("A key expires in the future.")
