"""A client on one screen, in a terminal (R51)."""

from datetime import date
from uuid import UUID, uuid4

import pytest_asyncio

from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from tests.builders import check_in, crisis, intake, lapse, plan, registered, team_member
from tests.cli.command import Command
from tests.databases import new_organization
from tests.system import draft

CLIENT, IN_CRISIS = UUID("c11e0000-0000-4000-8000-000000000003"), UUID("c11e0000-0000-4000-8000-000000000004")


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def recorded(database: DatabaseUrls, system: System) -> None:
    """A client in care who had a lapse, a crisis and a bad night; and one who is known by a crisis alone."""
    scopes = SCOPES_OF_ROLE[KeyRole.COUNSELOR]
    counselor = Caller(await new_organization(database), uuid4(), "ana", KeyRole.COUNSELOR, scopes)
    alcohol = {"substance": Substance.ALCOHOL, "last_used_on": date(2026, 3, 1)}
    told = (
        (registered(preferred_name="Dee", pronouns="they/them"), "2026-03-02T09:00-06:00"),
        (intake(substances=(alcohol,)), "2026-03-02T10:00-06:00"),
        (team_member(Role.COUNSELOR, person="Ana Flores"), "2026-03-02T10:30-06:00"),
        (plan(summary="One day after another"), "2026-03-04T10:00-06:00"),
        (lapse(overdose_danger=True), "2026-03-20T21:00-05:00"),
        (crisis(), "2026-03-22T18:00-05:00"),
        (check_in(craving=9), "2026-03-23T07:30-05:00"),
    )
    drafts = [draft(event, at) for event, at in told]
    await system.recorder.record(counselor, CLIENT, drafts, new_client=True)
    await system.recorder.record(counselor, IN_CRISIS, [draft(crisis(), "2026-03-22T18:00-05:00")], new_client=True)


async def test_r51_a_client_is_on_one_screen(command: Command) -> None:
    shown = await command.done("summary", CLIENT, "--as-of", "2026-03-24T12:00-05:00")

    for said in (
        "As of Tue 24 Mar 2026 12:00:00 CDT",
        "Dee (they/them)",
        "in care since Mon 2 Mar 10:00 (way in: referral) #2",
        "open crisis since Sun 22 Mar 18:00; risk unknown, high not excluded #6",
        "danger of overdose: naloxone and a crisis card needed",
        "signal: high craving since Mon 23 Mar 07:30 #7",
        "late, first",
        "open, next",
        "plan, version 1, since Wed 4 Mar 10:00 #4",
        "no safety plan yet",
        "last Mon 23 Mar 07:30 #7",
        "Ana Flores, counselor #3",
        "alcohol: 4 days without use",
    ):
        assert said in shown, shown
    assert len(shown.splitlines()) <= 24
    assert "One day after another" not in shown


async def test_r51_before_registration_the_screen_says_what_is_not_known(command: Command) -> None:
    shown = await command.done("summary", IN_CRISIS, "--as-of", "2026-03-22T19:00-05:00")

    for said in ("not registered yet", "no intake yet", "no plan yet", "nobody yet", "nothing to count yet"):
        assert said in shown, shown


async def test_r51_a_moment_before_the_record(command: Command) -> None:
    assert "Nothing had been recorded" in await command.done("summary", CLIENT, "--known-at", "2026-01-01T00:00Z")


async def test_an_unknown_client_has_no_summary(command: Command) -> None:
    said = await command("summary", uuid4())

    assert said == (1, "", "This organization has no client with that id: check the id, and the organization.\n")
