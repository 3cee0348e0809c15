"""Clients who are created by their first events: the ids that are derived where the caller gives none.

A retry derives the same, so that nobody is created twice.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from domain.entry import Draft
from domain.events.identifiers import IdentifierLinked
from service.access.caller import Caller
from service.log.identifiers import Identifier

IDS: Final = UUID("6f0c5a52-3d7e-5b0a-9a53-6a2f0f6b1c11")
"""The namespace of ids that are derived. It never changes, or retries would no longer be known as such."""


def client_id_of(caller: Caller, first: Draft) -> UUID:
    """The id of the client whose timeline this event opens, when the caller gives none."""
    return uuid5(IDS, f"client {caller.organization_id} {first.id}")


def link_drafts(identifiers: Iterable[Identifier], first: Draft) -> list[Draft]:
    """The identifiers as what is recorded after a new client's events, of which the first is given.

    Their ids are derived from its id, never from what they say: ids stand in clear.
    """
    return [
        replace(
            first,
            id=uuid5(IDS, f"identifier {first.id} {place}"),
            event=IdentifierLinked(system=identifier.system, value=identifier.value),
        )
        for place, identifier in enumerate(identifiers)
    ]
