"""Replay equals history, of whole clinics: what is told of the past is what was answered then.

A few clients of a simulated clinic, with what is told late, ahead of the clock, by the day and wrongly; with policies
adopted, clients merged and separated, and one erased on the way. Lists over many clients are not asked about the past.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.merging import ClientsMerged, MergeUndone
from domain.events.restrictions import RestrictionRequested
from domain.vocabulary.purposes import PurposeOfUse
from projections.catalogue import PROJECTIONS
from projections.replay import Replay
from samples.simulation import simulate
from samples.simulation.chance import Chance
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.log.keyring import ClientErased
from tests.care.living_clinic import NAMES, ClinicClock, LivingClinic
from tests.databases import new_organization
from tests.erasing import erase
from tests.system import access_to

START, END = date(2025, 3, 1), date(2025, 4, 10)
SOONER = {"crisis": {"contact_within_hours": [12, 36, 168, 720]}}
ELSEWHERE = {"working_days": {"time_zone": "Europe/Lisbon"}}


@dataclass
class Lived:
    """A clinic whose story is told, and who of its clients was what."""

    clinic: LivingClinic
    merged: set[UUID]
    """Those who were one person for a while or still are."""
    erased: UUID

    def others(self) -> Iterator[UUID]:
        """The clients who were nobody else at any time and are still told of."""
        yield from self.clinic.looked_at_with.keys() - self.merged - {self.erased}


@pytest.fixture(
    params=[pytest.param((2, "America/Chicago"), id="2"), pytest.param((7, "Pacific/Auckland"), id="7")],
    scope="module",
)
async def lived(system: System, database: DatabaseUrls, request: pytest.FixtureRequest) -> Lived:
    seed, time_zone = request.param
    organization_id = await new_organization(database, time_zone)
    told = list(simulate(seed, 6, 54, START, END, time_zone))
    known = next(place for place in range(len(told)) if len({entry.client_id for entry in told[:place]}) == 4)
    later = (known + len(told)) // 2
    with pytest.MonkeyPatch.context() as patch:
        its_clock = ClinicClock(patch, told[0].recorded_at - timedelta(days=1))
        clinic = LivingClinic(system, organization_id, its_clock, Chance(f"{seed}/mistakes"))
        await clinic.live(told[:known])
        await clinic.adopt(SOONER, in_force_from=told[0].recorded_at - timedelta(days=900))
        first, second, third, erased = clinic.looked_at_with
        merged = {first, second, third}
        clinic.looked_at_with.update(dict.fromkeys(merged, merged))
        merge = await clinic.happens(first, ClientsMerged(duplicate=second))
        await clinic.live(told[known:later])
        await clinic.adopt(ELSEWHERE, in_force_from=its_clock.now() + timedelta(days=2))
        await clinic.happens(third, ClientsMerged(duplicate=first))
        await clinic.happens(erased, CounselingNoteWritten(note="Spoke of the harbour"))
        restricted = RestrictionRequested(agreed=True, purposes=(PurposeOfUse.RESEARCH,))
        await clinic.happens(third, restricted)
        await clinic.happens(first, MergeUndone(merge=merge))
        await clinic.adopt({})
        await clinic.live(told[later:])
    await erase(system, organization_id, erased)
    return Lived(clinic, merged, erased)


async def test_whoever_asks_about_a_moment_is_answered_as_it_was_then(system: System, lived: Lived) -> None:
    access = access_to(lived.clinic.organization_id)
    for place, was in enumerate(lived.clinic.answered):
        if was.client_id == lived.erased:
            continue
        async with system.record_replay.hindsight(access, was.client_id, was.at) as found:
            assert found.version_then == was.version
            answers = {each.projection.name: each.then.model_dump_json().encode() for each in found.sides}
        assert answers == was.answers
        if place % 6 == 0:
            known = await system.projection_reader.read_together(
                access, was.client_id, NAMES, what="summary", known_at=was.at
            )
            assert [each.answer.model_dump_json().encode() for each in known] == list(was.answers.values())


async def test_entry_by_entry_it_comes_to_what_was_answered_after_each(system: System, lived: Lived) -> None:
    access, policies = access_to(lived.clinic.organization_id), lived.clinic.system.organizations
    adopted = await policies.policies(lived.clinic.organization_id)
    compared = 0
    for client_id in lived.others():
        async with system.record_replay.steps(access, client_id) as page:
            recorded = {entry for client, entry in lived.clinic.recorded if client == client_id}
            assert {step.entry.id for step in page.steps} == recorded
        replay = Replay(PROJECTIONS, adopted)
        for step in page.steps:
            replay.take_in(step.entry)
            for was in lived.clinic.answered:
                if (was.client_id, was.version) == (client_id, step.entry.version) and step.at <= was.at:
                    policy = adopted.at(was.at, known_at=was.at)
                    for each in PROJECTIONS:
                        answer = each.answer(replay.state(each), was.at, policy)
                        assert answer.model_dump_json().encode() == was.answers[each.name]
                        compared += 1
    assert compared


async def test_r57_of_who_was_erased_no_moment_is_told(system: System, lived: Lived) -> None:
    access = access_to(lived.clinic.organization_id)
    moments = [was.at for was in lived.clinic.answered if was.client_id == lived.erased]
    assert moments
    for at in moments:
        with pytest.raises(ClientErased):
            async with system.record_replay.hindsight(access, lived.erased, at):
                pytest.fail("it was told")
    with pytest.raises(ClientErased):
        async with system.record_replay.steps(access, lived.erased):
            pytest.fail("it was told")
