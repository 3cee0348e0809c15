"""Telling of unusual access: as a table, or as lines of JSON."""

import json
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from rich.table import Table

from domain.vocabulary.unusual_access import UnusualAccessRule
from projections.local_days import LocalDays
from service.access.access_records import Access
from service.care.unusual_access import UnusualAccess
from service.care.unusual_notes import Found
from service.cli.console import out, show

_AT_ONCE: Final = 500


async def every(
    unusual: UnusualAccess,
    access: Access,
    asked: LocalDays,
    *,
    person_id: UUID | None,
    rule: UnusualAccessRule | None,
    noted: bool,
) -> list[Found]:
    """All that is found in these days, that with the latest read first. Raises as `UnusualAccess.page` does."""
    found: list[Found] = []
    more = True
    while more:
        before = found[-1].reads.last_record if found else None
        page = await unusual.page(
            access, asked, person_id=person_id, rule=rule, noted=noted, before=before, limit=_AT_ONCE
        )
        found += page.found
        more = page.more
    return found


def tell(found: Iterable[Found]) -> None:
    """Print it as a table."""
    table = Table("Day", "Who", "What is unusual", "Reads", "Clients", "Noted by", box=None, pad_edge=False)
    for each in found:
        reads = each.reads
        clients = str(reads.client_ids[0]) if reads.clients == len(reads.client_ids) == 1 else str(reads.clients)
        who = f"{reads.role}/{reads.name} {reads.actor_id}"
        noted = each.noted.noted_by if each.noted else ""
        table.add_row(f"{reads.day}", who, reads.rule.display, str(reads.reads), clients, noted)
    if table.rows:
        show(table)
    else:
        out.print("Nothing unusual waits to be looked into.", soft_wrap=True)


def tell_as_json(found: Iterable[Found]) -> None:
    """Print all that is known of it, a JSON object a line."""
    for each in found:
        noted = each.noted and each.noted._asdict() | {"said": each.noted.said and each.noted.said.model_dump()}
        said = {"id": each.reads.id, **each.reads._asdict(), "noted": noted}
        out.print(json.dumps(said, default=_plain, ensure_ascii=False), soft_wrap=True)


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
