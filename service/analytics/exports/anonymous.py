"""Whether enough people share what outsiders may know of them, for rows of theirs to be exported."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import FromClause

from analytics.anonymity import Anonymity
from analytics.anonymity_in_sql import Classes, Counted
from analytics.quasi_identifiers import LADDER, QUASI_IDENTIFIERS
from domain.policy.analytics import AnalyticsPolicy
from service.analytics.exports.manifest import AnonymityExported
from service.analytics.exports.refused import TooFewAlike
from service.analytics.reading import Reading
from service.log.organizations import Organizations
from service.runtime import clock


async def numbers_of_today(organizations: Organizations, organization_id: UUID) -> AnalyticsPolicy:
    """The policy by which exports are given away now, whatever their rows are as of. Raises PolicyUnreadable."""
    policies = await organizations.policies(organization_id)
    return policies.at(clock.now()).analytics


async def examined(
    reading: Reading,
    numbers: AnalyticsPolicy,
    *,
    generalized: int,
    dates_shifted: bool,
    views: Collection[str],
    leave_out: bool,
) -> tuple[AnonymityExported, FromClause | None]:
    """How anonymous an organization's rows are, and a table of whose are exported; None for everybody's.

    Raises TooFewAlike where fewer people share something than the policy asks for, and are not left out.
    """
    rung = LADDER[generalized]
    classes = Classes.told(reading.sources, rung, dates_shifted=dates_shifted, views=views)

    async def count(least: int = 1) -> Anonymity:
        counted: Counted = classes.counted(reading.sources, wanted_k=numbers.k, wanted_l=numbers.l, least=least)
        [row] = await reading.fetch(counted.rows)
        return counted.found(dict(row))

    found = everybody = await count()
    kept: FromClause | None = None
    if found.classes_below:
        why = _too_few(reading, found, generalized, dates_shifted=dates_shifted)
        if not leave_out:
            raise TooFewAlike(why)
        if found.people_below == found.people:
            raise TooFewAlike(f"Nobody would be left. {why}")
        kept = classes.in_classes_of(numbers.k).subquery("kept")
        found = await count(numbers.k)
    report = AnonymityExported(
        quasi_identifiers=list(found.quasi_identifiers),
        people=found.people,
        classes=found.classes,
        k=found.k,
        l=found.diversity,
        people_left_out=everybody.people - found.people,
    )
    return report, kept


def _too_few(reading: Reading, found: Anonymity, generalized: int, *, dates_shifted: bool) -> str:
    shared = _listed([each.what for each in QUASI_IDENTIFIERS if each.name in found.quasi_identifiers])
    ways = []
    if generalized + 1 < len(LADDER):
        ways.append(f"tell it less exactly (generalize: {generalized + 1})")
    if not dates_shifted:
        ways.append("take shifted dates")
    ways.append("leave those people out (leave-out-small-classes)")
    return (
        f"Of the organization {reading.organization_id} {found.people_below:,} of {found.people:,} clients share"
        f" {shared} with fewer than {found.wanted_k - 1} others: k is {found.k}, and the policy asks for"
        f" {found.wanted_k} ([analytics] k). You can {', or '.join(ways)}."
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
