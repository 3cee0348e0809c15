"""Each measure over small cohorts whose cases were worked out by hand (how they are told: told_by_day.py).

They are looked at on 1 October 2026, day 269, at noon UTC. "-" is no case, "yes" and "no" whether a case counts, "12"
that it happened on day 12, "12+" that it had not happened when the case was last seen; several cases stand in order of
their days.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Kind, Measure
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.analytics.reading import Reading, Readings
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.analytics.computed_twice import Cases, computed_twice
from tests.analytics.told_by_day import Row, cohort, tell
from tests.databases import new_organization

LOOKED_AT: Final = datetime(2026, 10, 1, 12, tzinfo=UTC)

RETENTION: Final = """
client       | what happened                                  | 30 days | 90 days | 365 days | time in care
Ada          | 0 intake                                       | yes     | yes     | -        | 269+
Ben          | 0 intake, 30 closed left_by_own_choice         | yes     | no      | -        | 30
Cal          | 0 intake, 29 closed left_by_own_choice         | no      | no      | -        | 29
Dee          | 0 intake, 40 closed completed                  | yes     | no      | -        | 40+
Eli          | 0 intake, 10 died                              | -       | -       | -        | 10+
Fay          | 0 intake, 30 died                              | yes     | -       | -        | 30+
Gus          | 0 intake, 29@23:30 died                        | -       | -       | -        | 29+
Hal          | 0 intake, 20 closed lost_contact, 25 died      | -       | -       | -        | 20
Ida          | 0 intake, 12 closed died                       | -       | -       | -        | 12+
Jon          | 0 intake, 40 closed completed, 200 intake      | yes yes | no      | -        | 40+ 69+
Kim          | 0 intake, 100 intake                           | yes yes | yes yes | -        | 100+ 169+
Lee          | 239 intake                                     | yes     | -       | -        | 30+
Max          | 240 intake                                     | -       | -       | -        | 29+
Nia          | -100 intake, 265 closed ended_by_programme     | yes     | yes     | yes      | 365
Ono          | -100 intake, 264 closed ended_by_programme     | yes     | yes     | no       | 364
Pam          | 0 intake, 20 closed lost_contact (in error)    | yes     | yes     | -        | 269+
Quin         | 0 intake, 20 closed lost_contact (truly on 35) | yes     | no      | -        | 35
Ray          | 0 intake, 35 closed lost_contact (told on 200) | yes     | no      | -        | 35
Sam          | 0 intake                                       | yes     | -       | -        | 50+
Sam (again)  | 50 died                                        | -       | -       | -        | -
Tom (erased) | 0 intake, 20 closed lost_contact               | -       | -       | -        | -
"""

TREATMENT: Final = """
client       | what happened                                                                    | begun  | engaged
Amy          | 0 intake, 0 session, 20 session, 34 session                                      | yes    | yes
Bob          | 0 intake, 13 session, 14 session, 47 session                                     | yes    | yes
Cleo         | 0 intake, 14 session, 20 session, 30 session                                     | no     | no
Dan          | 0 intake, 5 session, 39 session, 40 session                                      | yes    | no
Eve          | 0 intake, 5 session, 12@09:00 session, 12@15:00 session                          | yes    | no
Flo          | 0 intake, 3 medication buprenorphine, 10 session, 20 session                     | yes    | yes
Gil          | 0 intake, 3 session, 10 medication naltrexone, 20 session                        | yes    | yes
Hope         | 0 intake, 3 session, 10 medication naltrexone, 20 medication buprenorphine       | yes    | no
Ike          | 0 intake, 3 medication for_sleep                                                 | no     | no
Joy          | -3 session, 0 intake                                                             | no     | no
Kit          | 0 intake, 5 missed                                                               | no     | no
Lou          | 0 intake, 5 session, 13 died                                                     | -      | -
Mel          | 0 intake, 5 session, 14 died                                                     | yes    | -
Ned          | 0 intake, 40 closed completed, 234 intake, 235 session                           | no     | no
Ola          | 0 intake, 26 closed completed, 221 intake, 222 session, 230 session, 240 session | no yes | no yes
Pat          | 222 intake, 222 session                                                          | yes    | -
Rob          | 255 intake, 256 session                                                          | yes    | -
Sue          | 256 intake, 256 session                                                          | -      | -
Ted          | 0 intake, 13 session (told on 200)                                               | yes    | no
Una          | 0 intake, 5 session (in error)                                                   | no     | no
Val          | 0 intake, 5 session (truly on 20)                                                | no     | no
Wes          | 0 intake                                                                         | yes    | no
Wes (again)  | 5 session                                                                        | -      | -
Yan (erased) | 0 intake, 5 session                                                              | -      | -
"""

RETURN_TO_USE: Final = """
client       | what happened                                                  | return to use
Abe          | 0 intake                                                       | 269+
Bea          | 0 intake, 0 lapse, 9 lapse                                     | 0
Cid          | -3 lapse, 0 intake                                             | 269+
Dot          | 0 intake, 40 lapse, 60 lapse                                   | 40
Ean          | 0 intake, 20 closed completed, 50 lapse                        | 20+
Fox          | 0 intake, 25@09:00 closed completed, 25 lapse                  | 25
Gia          | 0 intake, 10 lapse, 50 closed completed, 100 intake, 130 lapse | 10 30
Hob          | 0 intake, 70 died                                              | 70+
Ivy          | 0 intake, 40 lapse (in error)                                  | 269+
Jay          | 0 intake, 40 lapse (truly on 33)                               | 33
Kay          | 0 intake, 60 lapse, 40 lapse (told on 200)                     | 40
Len          | 0 intake                                                       | 33
Len (again)  | 33 lapse                                                       | -
Moe (erased) | 0 intake, 40 lapse                                             | -
"""

AFTER_A_CRISIS: Final = """
client       | what happened                                                                  | 24 h | 72 h | 7 d | 30 d
Alf          | 0 intake, 10@09:00 crisis, 11@09:00 reached                                    | yes  | yes  | yes | yes
Bess         | 0 intake, 10@09:00 crisis, 11@09:01 reached                                    | no   | yes  | yes | yes
Cora         | 0 intake, 10@09:00 crisis, 13@09:00 session                                    | no   | yes  | yes | yes
Dirk         | 0 intake, 10@09:00 crisis, 17@09:00 check_in                                   | no   | no   | yes | yes
Elsa         | 0 intake, 10@09:00 crisis, 40@09:00 reached                                    | no   | no   | no  | yes
Finn         | 0 intake, 10@09:00 crisis, 40@09:01 reached                                    | no   | no   | no  | no
Gwen         | 0 intake, 10@09:00 crisis, 10@12:00 app, 10@13:00 not_reached, 10@14:00 missed | no   | no   | no  | no
Hugo         | 0 intake, 9 reached, 10@09:00 crisis                                           | no   | no   | no  | no
Inga         | 0 intake, 10@09:00 crisis, 12@08:00 died                                       | no   | -    | -   | -
Jeff         | 0 intake, 10@09:00 crisis, 10@10:00 resolved, 12@08:00 died                    | no   | -    | -   | -
Kurt         | 0 intake, 10@09:00 crisis, 11@08:00 reached (told on 100)                      | yes  | yes  | yes | yes
Lara         | 0 intake, 10@09:00 crisis, 11@08:00 reached (in error)                         | no   | no   | no  | no
Milo         | 0 intake, 10@09:00 crisis, 11@09:00 reached (truly on 14)                      | no   | no   | yes | yes
Nora         | 0 intake, 268@07:00 crisis, 268@08:00 reached                                  | yes  | -    | -   | -
Olaf         | 0 intake, 268@07:01 crisis, 268@08:00 reached                                  | -    | -    | -   | -
Pia          | 0 intake, 10@09:00 crisis                                                      | yes  | yes  | yes | yes
Pia (again)  | 11@08:00 reached                                                               | -    | -    | -   | -
Rex (erased) | 0 intake, 10@09:00 crisis                                                      | -    | -    | -   | -
"""

REVIEWS: Final = """
client | what happened                                                               | on time | carried out
Anja   | 0 intake, 10@09:00 crisis, 13@09:00 review                                  | yes     | -
Bert   | 0 intake, 10@09:00 crisis, 13@09:01 review                                  | no      | -
Carl   | 0 intake, 10@09:00 crisis                                                   | no      | -
Dora   | 0 intake, 266@09:00 crisis                                                  | -       | -
Emil   | 0 intake, 266@09:00 crisis, 267 review                                      | yes     | -
Gerd   | 0 intake, 10@09:00 crisis, 12 died, 13@08:00 review                         | yes     | -
Hans   | 0 intake, 10 crisis, 12 review address_money address_pain, 20 carried_out 1 | yes     | no yes
Ines   | 0 intake, 10 crisis, 12 review address_money, 20 dropped 1                  | yes     | no
Jens   | 0 intake, 10 crisis, 12 review address_money, 20 closed completed           | yes     | -
Katja  | 0 intake, 259 crisis, 260 review address_money                              | yes     | -
Lutz   | 0 intake, 10 crisis, 12 review address_money, 20 carried_out 1 (in error)   | yes     | no
"""

HANDOFFS: Final = """
client | what happened                                                   | accepted | hours | met | hours
Aron   | 0 intake, 8@09:00 handoff, 9@09:00 accepted, 10@09:00 met       | yes      | 24    | yes | 24
Birk   | 0 intake, 8@09:00 handoff, 11@09:00 accepted, 19@09:00 met      | no       | 72    | no  | 192
Cara   | 0 intake, 8@09:00 handoff crisis, 8@10:00 accepted, 9@10:00 met | yes      | 1     | yes | 24
Dana   | 0 intake, 8@09:00 handoff crisis, 8@10:01 accepted              | no       | 1.02  | no  | -
Eske   | 0 intake, 8@09:00 handoff, 8@10:00 withdrawn                    | -        | -     | -   | -
Fred   | 0 intake, 8@09:00 handoff                                       | no       | -     | -   | -
Gesa   | 0 intake, 268@09:00 handoff                                     | -        | -     | -   | -
Hilda  | 0 intake, 8@09:00 handoff, 9@09:00 accepted (told on 30)        | yes      | 24    | no  | -
"""

ATTENDANCE: Final = """
client       | what happened                                                 | attended  | barrier known
Arne         | 0 intake, 5 session, 6 missed transport, 7 missed             | yes no no | yes no
Beate        | 0 intake, 5 session (in error), 6 missed transport (in error) | -         | -
Curt         | 0 intake, 5 check_in, 6 reached                               | -         | -
Doris        | 5 session                                                     | yes       | -
Egon         | 0 intake, 5 session                                           | yes yes   | -
Egon (again) | 8 session                                                     | -         | -
"""

CHANGES: Final = """
client | what happened                                                                        | craving | sleep | PHQ-9
Agda   | 0 intake, 5 craving 8, 20 craving 6, 60 craving 3, 100 craving 4                     | -4      | -     | -
Bjorn  | 0 intake, 30 craving 8, 31 craving 5                                                 | -3      | -     | -
Clara  | 0 intake, 31 craving 8, 60 craving 5                                                 | -       | -     | -
Detlef | 0 intake, 5 craving 8, 50 closed completed, 60 craving 2                             | -       | -     | -
Erna   | 0 intake, 5 sleep 5.5, 100 sleep 7                                                   | -       | 1.5   | -
Falk   | 0 intake, 1 phq 14, 90 phq 9                                                         | -       | -     | -5
Gunda  | 0 intake, 5 craving 8, 60 craving 3 (in error), 40 craving 8                         | 0       | -     | -
Holger | 0 intake, 5 craving 8, 60 craving 3 (truly on 20)                                    | -       | -     | -
Ilse   | 0 intake, 5 craving 8, 50 closed completed, 100 intake, 110 craving 7, 140 craving 4 | -3      | -     | -
Jost   | -1 craving 9, 0 intake, 0 craving 8, 60 craving 3                                    | -5      | -     | -
Karl   | 0 intake, 5 craving 9, 30 craving 8                                                  | -       | -     | -
"""

NATIONAL_OUTCOMES: Final = """
client | what happened                            | self-help 30 | 180 | housing 30 | 180 | work 30 | 180
Anke   | 0 intake, 0 meeting, 149 meeting         | yes          | no  | -          | -   | no      | no
Benno  | 0 intake, 29 meeting, 150 meeting        | yes          | yes | -          | -   | no      | no
Conny  | 0 intake, 30 meeting, 180 meeting        | no           | no  | -          | -   | no      | no
Dieter | -50 home shelter, 0 intake, 30 home flat | no           | no  | yes        | yes | no      | no
Elke   | 0 intake, 10 home flat, 31 home shelter  | no           | no  | yes        | no  | no      | no
Fritz  | 0 intake, 10 work                        | no           | no  | -          | -   | yes     | yes
Gerda  | 0 intake, 29 closed completed            | -            | -   | -          | -   | -       | -
Heinz  | 0 intake, 30 closed completed            | no           | -   | -          | -   | no      | -
Ilona  | 239 intake                               | -            | -   | -          | -   | -       | -
Jutta  | 238 intake, 240 meeting                  | yes          | -   | -          | -   | no      | -
"""

WORKLOAD: Final = """
client | what happened                                              | late
Albert | 0 intake, 1 joined counselor, 2 joined peer, 3 joined peer | no no
Berta  | 0 intake, 1 joined counselor, 8 handoff, 9 accepted        | no
Cosima | 0 intake, 1 joined case_manager, 8 handoff                 | yes
Detlev | 0 intake, 1 joined counselor, 20 closed completed          | -
Edda   | 0 intake, 1 joined counselor, 20 died                      | -
Franz  | 1 joined counselor                                         | -
"""

ROWS: Final[Mapping[str, Sequence[Row]]] = {
    "retention": cohort(RETENTION, "retention_30", "retention_90", "retention_365", "time_in_care"),
    "treatment": cohort(TREATMENT, "initiation", "engagement"),
    "return_to_use": cohort(RETURN_TO_USE, "days_until_return_to_use"),
    "after_a_crisis": cohort(
        AFTER_A_CRISIS,
        "crisis_follow_up_24_hours",
        "crisis_follow_up_72_hours",
        "crisis_follow_up_7_days",
        "crisis_follow_up_30_days",
    ),
    "reviews": cohort(REVIEWS, "reviews_on_time", "adjustments_carried_out"),
    "handoffs": cohort(HANDOFFS, "acceptance_in_time", "hours_to_acceptance", "meeting_in_time", "hours_to_meeting"),
    "attendance": cohort(ATTENDANCE, "attendance", "barriers_behind_misses"),
    "changes": cohort(CHANGES, "change_in_craving", "change_in_sleep_hours", "change_in_phq_9_total"),
    "national_outcomes": cohort(
        NATIONAL_OUTCOMES,
        "self_help_at_baseline",
        "self_help_at_follow_up",
        "stable_housing_at_baseline",
        "stable_housing_at_follow_up",
        "back_to_work_at_baseline",
        "back_to_work_at_follow_up",
    ),
    "workload": cohort(WORKLOAD, "caseload"),
}

Whose = Mapping[UUID, str]
Found = Mapping[str, Mapping[str, str]]
"""What each measure says, by its name and the client's."""


class Cohorts(NamedTuple):
    """What measures say of all rows, as they were told, and as if all had been known at once; and once more as told."""

    told: Found
    plain: Found
    again: Mapping[str, Cases]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cohorts(system: System, database: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Cohorts:
    """All tables, in two organizations."""
    rows = [row for family in ROWS.values() for row in family]
    async with _told(system, database, rows, plainly=False) as (reading, whose):
        told = await _found(reading, whose)
        again = await computed_twice(reading, tmp_path_factory.mktemp("parquet"))
    async with _told(system, database, rows, plainly=True) as (reading, whose):
        return Cohorts(told, await _found(reading, whose), again)


@asynccontextmanager
async def _told(
    system: System, database: DatabaseUrls, rows: Sequence[Row], *, plainly: bool
) -> AsyncIterator[tuple[Reading, Whose]]:
    organization_id = await new_organization(database)
    caller = Caller(organization_id, uuid4(), "sue", KeyRole.SUPERVISOR, SCOPES_OF_ROLE[KeyRole.SUPERVISOR])
    whose = await tell(system, caller, rows, plainly=plainly)
    async with Readings(system.pool, system.builds).live(organization_id) as live:
        yield replace(live, moment=LOOKED_AT), whose


async def _found(reading: Reading, whose: Whose) -> Found:
    found: dict[str, dict[str, list[asyncpg.Record]]] = {}
    for measure in MEASURES:
        by_client = found[measure.name] = defaultdict(list)
        for case in await reading.fetch(measure.cases(reading.sources)):
            by_client[whose[UUID(int=case["client"].int)]].append(case)
    return {
        measure.name: {who: _words(measure, cases) for who, cases in found[measure.name].items()}
        for measure in MEASURES
    }


def _words(measure: Measure, cases: Sequence[Any]) -> str:
    """What is found of a client, as the tables have it."""

    def word(case: Any) -> str:
        if measure.kind == Kind.SHARE:
            return "yes" if case["met"] else "no"
        if measure.kind == Kind.TIME:
            return f"{case['days']}{'' if case['happened'] else '+'}"
        return f"{case['value']:.3g}"

    return " ".join(word for _, word in sorted((case["counted_on"], word(case)) for case in cases))


@pytest.mark.parametrize("family", ROWS)
async def test_measures_are_as_worked_out_by_hand(cohorts: Cohorts, family: str) -> None:
    expected = {row.who: row.expected for row in ROWS[family]}
    found = {
        row.who: {measure: cohorts.told[measure].get(row.who, "-") for measure in row.expected} for row in ROWS[family]
    }
    assert found == expected


async def test_late_and_corrected_entries_second_records_and_erasures_change_measures_as_a_recount_would(
    cohorts: Cohorts,
) -> None:
    assert cohorts.told == cohorts.plain


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
async def test_a_second_computation_gives_the_same_cases(cohorts: Cohorts, measure: Measure) -> None:
    assert cohorts.again[measure.name].first == cohorts.again[measure.name].second
