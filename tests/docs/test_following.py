"""The page on following, word for word: every command is run, and every answer is compared with the one shown."""

from pathlib import Path
from uuid import UUID

from service.access.caller import KeyRole
from service.bootstrap import System
from tests.docs.curl import assert_shown, curl, steps
from tests.http.serving import served

PAGE = Path(__file__).parents[2] / "docs" / "following.md"


async def test_the_page_is_true(system: System, organization_id: UUID) -> None:
    key, requests = "", 0
    async with served(system) as address:
        for command, answer in steps(PAGE.read_text("utf-8")):
            if command.startswith("KEY="):
                assert command == "KEY=$(care-timeline keys create --role system --name ehr --scope 'system/*.crus')"
                _, key = await system.api_keys.create(organization_id, "ehr", KeyRole.SYSTEM, {"system/*.crus"})
                continue
            assert answer is not None, f"the page shows no answer for {command}"
            assert_shown(answer, await curl(command, address, key))
            requests += 1
    assert requests == 6
