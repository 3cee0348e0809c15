"""Unusual access: reads that supervisors are asked to look into, and what they found.

It is told from access records, and by the care plan's rows as they stand: whom another enters late on a team was on it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.events.organization import UnusualAccessNoted
from domain.policy import Policy
from domain.refusals import Refusal, Refused
from domain.vocabulary.unusual_access import UnusualAccessRule
from projections.local_days import LocalDays, days_asked, local_day
from service.access.access_records import Access, Asked
from service.access.caller import Caller
from service.care.accesses import Accesses
from service.care.unusual_notes import Found, UnusualAccessNotes
from service.care.unusual_reads import UnusualFilter, UnusualReads, count_unusual, unusual_reads
from service.log.organizations import Organizations
from service.projector.list_reads import ListReads
from service.runtime import clock

UNUSUAL_ACCESS: Final = "unusual_access"
"""What access records call it."""

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 92
"""So many days are looked at unless said, and at most at once: a quarter."""

_CARE_PLAN: Final = ["care_plan"]


class UnknownUnusualAccess(LookupError):
    """There are no such unusual reads; or there are more of them by now, so that the last is another."""


class FoundPage(NamedTuple):
    """Unusual reads, those with the latest record first."""

    position: int
    """Up to where the rows of the care plan reflect the organization's log."""
    found: list[Found]
    more: bool


def days(first: date | None, last: date | None, time_zone: str) -> LocalDays:
    """These days: until today and a month of them, unless said. Raises ValueError where they are none or too many."""
    asked = days_asked(first, last, clock.now(), ZoneInfo(time_zone), usual_first=_month_before)
    if (asked.last - asked.first).days >= MOST_DAYS:
        raise ValueError(f"Ask for {MOST_DAYS} days at most, and for a longer time in parts.")
    return asked


def _month_before(last: date) -> date:
    return last - timedelta(days=USUAL_DAYS - 1)


class UnusualAccess:
    """Finds unusual reads, and takes note of them."""

    def __init__(
        self,
        reads: ListReads,
        organizations: Organizations,
        accesses: Accesses,
        notes: UnusualAccessNotes,
    ) -> None:
        self._reads = reads
        self._organizations = organizations
        self._accesses = accesses
        self._notes = notes

    async def page(
        self,
        access: Access,
        asked: LocalDays,
        *,
        person_id: UUID | None = None,
        rule: UnusualAccessRule | None = None,
        noted: bool = False,
        before: UUID | None = None,
        limit: int,
    ) -> FoundPage:
        """Those that wait, or with `noted` the others as well; with `before`, whose last record is earlier than that.

        A read can break several rules, and what it is the last of stands on one page: so there may be two more than
        `limit`. A client who asked to be kept from the caller is counted and not named. Its own record names those of
        whom it told. Raises ListsNotReady, NoLegalGround, AccessNotRecorded.
        """
        self._accesses.begin_with_many(access)
        organization_id = access.organization_id
        wanted = UnusualFilter(asked.since, asked.until, person_id, rule, before)
        policy = await self._policy(organization_id)
        of_which = await self._notes.since(organization_id, wanted.since)
        async with self._reads.reading(organization_id, _CARE_PLAN, seconds=0) as reading:
            rows = await unusual_reads(
                reading.connection, reading.schemas["care_plan"], organization_id, wanted, policy.unusual_access,
                asked.zone.key, without=() if noted else of_which, limit=limit + len(UnusualAccessRule),
            )  # fmt: skip
            position = reading.position
        kept = _whole(rows, limit)
        shown, told = await self._named(access.caller, kept)
        page = FoundPage(position, await self._notes.of(organization_id, shown, of_which), more=len(kept) < len(rows))
        parameters = {
            "first_day": asked.first, "last_day": asked.last, "person_id": person_id, "rule": rule, "noted": noted,
            "before": before, "limit": limit,
        }  # fmt: skip
        await self._accesses.keep(access, Asked(UNUSUAL_ACCESS, parameters), told, position=position)
        return page

    async def note(
        self, access: Access, rule: UnusualAccessRule, last_record: UUID, *, justified: bool, note: str | None
    ) -> Found:
        """Record what a supervisor found about unusual reads; the same once more is told again.

        As `page` does, it names no client who asked to be kept from the caller. Raises UnknownUnusualAccess, Refused
        where they are the supervisor's own or noted already, ListsNotReady, NoLegalGround, AccessNotRecorded.
        """
        self._accesses.begin_with_many(access)
        organization_id, caller = access.organization_id, access.caller
        reads, position = await self._of(organization_id, rule, last_record)
        if reads.actor_id == caller.subject_id:
            raise _refused("noted_by_another", "Another than who read takes note of it: ask another supervisor.")
        told = UnusualAccessNoted(
            rule=rule, person_id=reads.actor_id, last_record=last_record, justified=justified, note=note
        )
        asked = Asked(UNUSUAL_ACCESS, {"rule": rule, "last_record": last_record})
        shown, named = await self._named(caller, [reads])
        await self._accesses.keep(access, asked, named, position=position)

        await self._notes.keep(caller, reads, told)
        (found,) = await self._notes.of(organization_id, shown, [(rule, last_record)])
        noted = found.noted
        if noted is None or (noted.actor_id, noted.said) != (caller.subject_id, told):
            raise _refused("noted_once", "Somebody has taken note of this already.")
        return found

    async def waiting(self, organization_id: UUID) -> int:
        """How many wait that were found in the last month. Raises ListsNotReady."""
        zone = (await self._organizations.of_id(organization_id)).time_zone
        asked, policy = days(None, None, zone), await self._policy(organization_id)
        noted = await self._notes.since(organization_id, asked.since)
        async with self._reads.reading(organization_id, _CARE_PLAN, seconds=0) as reading:
            return await count_unusual(
                reading.connection, reading.schemas["care_plan"], organization_id,
                UnusualFilter(asked.since, asked.until), policy.unusual_access, zone, without=noted,
            )  # fmt: skip

    async def _of(self, organization_id: UUID, rule: UnusualAccessRule, last_record: UUID) -> tuple[UnusualReads, int]:
        """The reads by that rule of which this record is the last, and the position that the rows reflect."""
        zone = (await self._organizations.of_id(organization_id)).time_zone
        policy = await self._policy(organization_id)
        async with self._reads.reading(organization_id, _CARE_PLAN, seconds=0) as reading:
            record = await reading.connection.fetchrow(
                "select actor_id, recorded_at from access.access_record where organization_id = $1 and record_id = $2",
                organization_id,
                last_record,
            )
            if record is None:
                raise UnknownUnusualAccess
            day = local_day(record["recorded_at"], ZoneInfo(zone))
            asked = LocalDays(day, day, ZoneInfo(zone))
            found = await unusual_reads(
                reading.connection, reading.schemas["care_plan"], organization_id,
                UnusualFilter(asked.since, asked.until, record["actor_id"], rule), policy.unusual_access, zone,
                limit=None,
            )  # fmt: skip
            for each in found:
                if each.last_record == last_record:
                    return each, reading.position
        raise UnknownUnusualAccess

    async def _named(self, caller: Caller, found: Sequence[UnusualReads]) -> tuple[list[UnusualReads], set[UUID]]:
        """These reads as the caller is told of them, and the clients whom that names: none who is kept from them."""
        about = {client for each in found for client in each.client_ids}
        named = about - await self._accesses.kept_away(caller, about)
        return [each._replace(client_ids=[one for one in each.client_ids if one in named]) for each in found], named

    async def _policy(self, organization_id: UUID) -> Policy:
        return (await self._organizations.policies(organization_id)).readable_at(clock.now())


def _whole(rows: list[UnusualReads], limit: int) -> list[UnusualReads]:
    """So many of the rows, and those with the same last record as the last of these."""
    return rows if len(rows) <= limit else [row for row in rows if row.last_record >= rows[limit - 1].last_record]


def _refused(rule: str, message: str) -> Refused:
    return Refused([(0, Refusal(rule, "last_record", message))])
