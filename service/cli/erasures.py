"""Erasures in the terminal and in files."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ValidationError
from rich.table import Table

from service.access.caller import operator
from service.bootstrap import System
from service.care.erasures import Erasure, Standing
from service.cli.console import err, out, show
from service.cli.errors import CommandFailed
from service.log.erasing import Erased


class _Line(BaseModel):
    """A line of the list of those who were erased."""

    organization_id: UUID
    client_id: UUID
    erased_at: AwareDatetime


def tell(standing: Sequence[Standing]) -> None:
    """Print the requests as a table."""
    if not standing:
        out.print("No request to erase a client waits.")
        return
    table = Table("Client", "Requested", "By", "Approved", "By", "Due, or why not", box=None, pad_edge=False)
    for each in standing:
        asked = each.asked
        table.add_row(
            str(asked.client_id), _moment(asked.requested_at), asked.requested_by, _moment(asked.approved_at),
            asked.approved_by or "", each.hindrance or f"since {_moment(each.due_since)}",
        )  # fmt: skip
    show(table)


def said(done: Erasure) -> str:
    """What an erasure did, in a sentence."""
    return f"{done.client_id}: erased; {done.emptied:,} events emptied, {done.removed:,} rows and snapshots removed."


def confirmed(question: str) -> bool:
    """Whether whoever runs the command says yes."""
    try:
        return err.input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def line_of(organization_id: UUID, erased: Erased) -> str:
    """The line of the list that tells of a client who was erased."""
    line = _Line(organization_id=organization_id, client_id=erased.client_id, erased_at=erased.erased_at)
    return json.dumps(line.model_dump(mode="json")) + "\n"


def read_list(file: Path) -> dict[UUID, list[UUID]]:
    """The clients of each organization in such a list. Raises CommandFailed, which names the line."""
    found: dict[UUID, list[UUID]] = {}
    for number, text in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            line = _Line.model_validate_json(text)
        except ValidationError:
            line = None
        if line is None or line.client_id == line.organization_id:
            raise CommandFailed(
                f"{file}, line {number}: this is no line that care-timeline erasures export writes. Nobody was erased."
            )
        found.setdefault(line.organization_id, []).append(line.client_id)
    return found


async def erase_again(system: System, listed: Mapping[UUID, Sequence[UUID]]) -> None:
    """Erase those of each organization who are not erased here, and tell so; no policy is asked: it was, then."""
    known = await system.organizations.all()
    for each in known:
        clients = listed.get(each.organization_id, ())
        done = await system.erasures.again(operator(each.organization_id), clients)
        for one in done:
            out.print(said(one), soft_wrap=True)
        here = len(set(clients)) - len(done)
        out.print(f"{each.name}: {len(done)} erased again, {here} were erased already.", soft_wrap=True)
    for organization_id in listed.keys() - {each.organization_id for each in known}:
        err.print(f"There is no organization {organization_id} here: its part was left out.", soft_wrap=True)


async def listed_in_log(system: System) -> dict[UUID, list[UUID]]:
    """Who was erased as the logs themselves say it, by organization."""
    ids = [each.organization_id for each in await system.organizations.all()]
    return {id_: [one.client_id for one in await system.erasures.erased(id_)] for id_ in ids}


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
