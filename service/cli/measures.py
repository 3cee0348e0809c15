"""Figures of measures on the command line: making them, and showing them as tables or as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from rich.table import Table

from analytics.counting import By
from analytics.figures import ALL, Figure, Figures
from analytics.measures.measure import Kind, Measure
from domain.policy import Policy, policy_from_toml
from domain.vocabulary.purposes import PurposeOfUse
from service.access.access_records import by_operator
from service.analytics.as_of import Past
from service.analytics.figures import ToldFigures
from service.analytics.told_figures import MeasuresTold
from service.bootstrap import System, connected, database
from service.cli.console import err, out, show
from service.cli.errors import CommandFailed
from service.cli.organization import choose
from service.cli.past_readings import past_reads
from service.cli.progress import progress_of
from service.runtime import clock
from service.settings import Settings

HIDDEN: Final = "hidden"


@dataclass(frozen=True, slots=True)
class MeasuresAsked:
    """What the command was asked."""

    measures: Sequence[Measure]
    by: By
    organization: str | None
    position: int | None
    at: datetime | None
    policy: Path | None
    purpose: PurposeOfUse | None

    @property
    def live(self) -> bool:
        """Whether rows are asked for as they are."""
        return self.position is None and self.at is None and self.policy is None


async def answer(settings: Settings, asked: MeasuresAsked) -> ToldFigures:
    """The figures. Raises CommandFailed, RowsNotReady, NoSuchPosition, PolicyInvalid, NoLegalGround."""
    async with database(settings) as addresses, connected(settings, addresses) as system:
        meant = choose(await system.organizations.all(), asked.organization)
        access = by_operator(meant.organization_id, "care-timeline analytics measures", asked.purpose)
        if asked.live:
            return await system.measure_figures.make(access, asked.measures, asked.by)
        past = Past(asked.position, asked.at, await _policy(system, meant.organization_id, asked))
        with progress_of("") as progress:
            read = past_reads(settings, addresses, past, progress)
            return await system.measure_figures.make(access, asked.measures, asked.by, read)


def tell(found: ToldFigures, *, each: bool, as_json: bool, by_other_policy: bool) -> None:
    """Print a line for each measure, or a measure by period and group, or all of it as JSON."""
    if as_json:
        policy = "other" if by_other_policy else "adopted"
        out.print(MeasuresTold.of(found, policy).model_dump_json(indent=2), soft_wrap=True)
        return
    if each:
        show(_over_all(found.measures))
    for one in () if each else found.measures:
        show(_by_cell(one))
    by = "; another policy" if by_other_policy else ""
    at = f"{found.moment:%Y-%m-%d %H:%M} UTC"
    err.print(f"As known at position {found.position:,}, judged at {at}{by}.", soft_wrap=True)
    for one in () if each else found.measures:
        err.print(
            f"{one.measure.title}, version {one.measure.version}; cells of fewer than {one.smallest} people, and what"
            " would give them away, are hidden.",
            soft_wrap=True,
        )


async def _policy(system: System, organization_id: UUID, asked: MeasuresAsked) -> Policy | None:
    """The policy of the file, in the organization's time zone where it names none."""
    if asked.policy is None:
        return None
    try:
        policy = policy_from_toml(asked.policy.read_text("utf-8"))
    except UnicodeDecodeError:
        raise CommandFailed(f"{asked.policy} is no text in UTF-8.") from None
    if "time_zone" in policy.working_days.model_fields_set:
        return policy
    policies = await system.organizations.policies(organization_id)
    return policy.in_time_zone(policies.readable_at(clock.now()).working_days.time_zone)


def _over_all(measures: Sequence[Figures]) -> Table:
    table = Table("Measure", "Cases", "People", "Figure", "", box=None, pad_edge=False)
    for one in measures:
        figure = next((each for each in one.figures if each.cell == (ALL, None)), None)
        table.add_row(one.measure.name, *(_shown(one.measure, figure) if figure else ("0", "0", "")), one.measure.title)
    return table


def _by_cell(one: Figures) -> Table:
    table = Table("Period", "Group", "Cases", "People", "Figure", box=None, pad_edge=False)
    for figure in one.figures:
        period, group = figure.cell
        table.add_row(period.name, "all" if group is None else group, *_shown(one.measure, figure))
    return table


def _shown(measure: Measure, figure: Figure) -> tuple[str, str, str]:
    return _number(figure.cases), _number(figure.people), _words(measure, figure)


def _words(measure: Measure, figure: Figure) -> str:
    """What is told of a cell, in a few words."""
    if measure.kind == Kind.SHARE:
        return HIDDEN if figure.share is None else f"{figure.share:.1%} ({figure.parts['met']:,})"
    if measure.kind == Kind.AMOUNT:
        if figure.median is None:
            return HIDDEN
        return f"{figure.median:,.1f} ({figure.lower_quartile:,.1f} to {figure.upper_quartile:,.1f}) {measure.unit}"
    if measure.kind == Kind.CHANGE:
        return HIDDEN if figure.mean is None else f"{figure.mean:+.2f} {measure.unit}"
    if figure.curve is None:
        return HIDDEN
    at = ", ".join(f"{day}: {point.survival:.1%}" for day, point in figure.curve.at.items() if point)
    return at or HIDDEN


def _number(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"
