"""Asking what another policy would change, and telling it as tables or as JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.table import Table

from domain.policy import policy_from_toml
from domain.vocabulary.purposes import PurposeOfUse
from projections.catalogue import PROJECTIONS, catalogue
from projections.what_if import Differences, ObligationDifference, Standing
from service.access.access_records import Asked, by_operator
from service.bootstrap import Addresses, connected
from service.care.errors import UnknownClient
from service.cli.console import err, out, show
from service.cli.errors import CommandFailed
from service.cli.organization import choose
from service.cli.policy import moment_in
from service.cli.progress import progress_of
from service.deployment_keys import key_encryption_keys
from service.log.organizations import Organization
from service.projector.what_if import Found, Question, WhatIf, ask_of_all
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class WhatIfAsked:
    """What the command was asked."""

    file: Path
    organization: str | None
    client: UUID | None
    at: datetime
    processes: int | None
    purpose: PurposeOfUse | None = None
    each: bool = False
    """Whether the differences of every client are told, not just how many there are."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was found."""

    organization: Organization
    question: Question
    client: UUID | None
    found: Found

    @property
    def obligations(self) -> list[tuple[UUID, ObligationDifference]]:
        """Every obligation that differs, with whose it is."""
        clients = sorted(self.found.differing.items())
        return [(client_id, each) for client_id, differences in clients for each in differences.obligations]

    @property
    def rows(self) -> Counter[str]:
        """How many rows differ in each other table."""
        return sum((Counter(each.rows) for each in self.found.differing.values()), Counter())


async def answer(settings: Settings, addresses: Addresses, asked: WhatIfAsked) -> Answered:
    """Fold and compare. Raises CommandFailed, PolicyInvalid, UnknownClient, Restricted, NoLegalGround."""
    try:
        policy = policy_from_toml(asked.file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise CommandFailed(f"{asked.file} is no text in UTF-8.") from None
    async with connected(settings, addresses) as system:
        meant = choose(await system.organizations.all(), asked.organization)
        organization_id = meant.organization_id
        if "time_zone" not in policy.working_days.model_fields_set:
            policies = await system.organizations.policies(organization_id)
            policy = policy.in_time_zone(policies.readable_at(asked.at).working_days.time_zone)
        question = Question(organization_id, policy, asked.at)
        what_if = WhatIf(system.pool, system.keyring, PROJECTIONS)
        position = await system.store.log_head(organization_id)
        access = by_operator(organization_id, "care-timeline what-if", asked.purpose)
        about = Asked("what_if", {"at": asked.at})
        if asked.client:
            await system.accesses.begin(access, asked.client, about)
            found = await what_if.ask(question, [asked.client])
            if not found.clients:
                raise UnknownClient
            told = [asked.client]
        else:
            system.accesses.begin_with_many(access)
            groups = await what_if.clients(organization_id)
            counted = [sorted(await system.accesses.may_be_told(access, group, about)) for group in groups]
            found = await _of_all(settings, addresses, question, counted, asked.processes)
            refused = sum(map(len, groups)) - sum(map(len, counted))
            found = found._replace(left_out=found.left_out + refused)
            told = list(found.differing) if asked.each else []
        await system.accesses.keep(access, about, told, position=position)
        return Answered(meant, question, asked.client, found)


async def _of_all(
    settings: Settings,
    addresses: Addresses,
    question: Question,
    groups: Sequence[Sequence[UUID]],
    processes: int | None,
) -> Found:
    clients, left_out, erased = 0, 0, 0
    differing: dict[UUID, Differences] = {}
    with progress_of("clients") as progress:
        task = progress.add_task("Folding", total=sum(map(len, groups)))
        keks = key_encryption_keys(settings)
        async for part in ask_of_all(addresses.app, keks, question, catalogue, groups, processes=processes):
            clients, left_out, erased = clients + part.clients, left_out + part.left_out, erased + part.erased
            differing |= part.differing
            progress.update(task, completed=clients)
    return Found(clients, left_out, erased, differing)


def tell(answered: Answered) -> None:
    """Print it: for a client each obligation, for an organization how many of each kind."""
    found, when = answered.found, moment_in(answered.question.at, answered.question.policy)
    out.print(
        f"{answered.organization.name}, as it stands at {when}: something differs for {len(found.differing):,} of"
        f" {found.clients:,} clients.",
        soft_wrap=True,
    )
    if answered.obligations:
        show(_each(answered) if answered.client else _by_kind(each for _, each in answered.obligations))
    for name, many in sorted(answered.rows.items()):
        out.print(f"{many:,} other rows in {name}.", soft_wrap=True)
    if found.left_out:
        err.print(
            f"{found.left_out:,} clients were left out: they asked not to be counted for this purpose, or a projection"
            " fails for them.",
            style="red",
        )
    if found.erased:
        err.print(f"{found.erased:,} of the clients were erased: nothing of them counts.", soft_wrap=True)


def as_text(answered: Answered) -> str:
    """All of it as JSON."""
    said = {
        "organization_id": str(answered.question.organization_id),
        "at": answered.question.at.isoformat(),
        "clients": answered.found.clients,
        "clients_that_differ": len(answered.found.differing),
        "clients_left_out": answered.found.left_out,
        "erased_clients": answered.found.erased,
        "obligations": [_plain(client_id, each) for client_id, each in answered.obligations],
        "other_rows": dict(sorted(answered.rows.items())),
    }
    return json.dumps(said, indent=2) + "\n"


def _each(answered: Answered) -> Table:
    table = Table("Obligation", "Step", "Because of", "As it is", "What if", "")
    policy = answered.question.policy

    def told(standing: Standing | None) -> str:
        return f"{moment_in(standing.due_at, policy)}, {standing.status}" if standing else "not asked for"

    for _, each in answered.obligations:
        table.add_row(
            each.kind, str(each.step), str(each.because), told(each.as_it_is), told(each.what_if), _turns(each)
        )
    return table


def _by_kind(obligations: Iterable[ObligationDifference]) -> Table:
    table = Table("Obligation")
    for heading in ("Due earlier", "Due later", "Newly asked for", "No longer asked for", "Turns late", "Turns timely"):
        table.add_column(heading, justify="right")
    counted: dict[str, Counter[str]] = {}
    for each in obligations:
        counted.setdefault(each.kind, Counter()).update((_moves(each), _turns(each)))
    for kind, of_kind in sorted(counted.items()):
        columns = ("earlier", "later", "asked", "not_asked", "turns late", "turns timely")
        table.add_row(kind, *(f"{of_kind[column]:,}" for column in columns))
    return table


def _moves(each: ObligationDifference) -> str:
    if each.as_it_is is None:
        return "asked"
    if each.what_if is None:
        return "not_asked"
    return "earlier" if each.what_if.due_at < each.as_it_is.due_at else "later"


def _turns(each: ObligationDifference) -> str:
    if each.turns_late:
        return "turns late"
    return "turns timely" if each.turns_timely else ""


def _plain(client_id: UUID, each: ObligationDifference) -> dict[str, Any]:
    def standing(found: Standing | None) -> dict[str, str] | None:
        if found is None:
            return None
        return {"due_at": found.due_at.isoformat(), "owner": found.owner.value, "status": found.status.value}

    return {
        "client_id": str(client_id),
        "kind": each.kind.value,
        "because": str(each.because),
        "step": each.step,
        "as_it_is": standing(each.as_it_is),
        "what_if": standing(each.what_if),
        "turns_late": each.turns_late,
        "turns_timely": each.turns_timely,
    }
