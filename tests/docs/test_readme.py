"""The README's tour, word for word: every command is run, and every answer is compared with the one shown."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.docs.curl import Step, assert_shown, curl, steps
from tests.service_process import ServiceProcess

README = Path(__file__).parents[2] / "README.md"


def tour() -> Iterator[Step]:
    """The commands of the tour in order."""
    return steps(README.read_text("utf-8").partition("## A tour")[2].partition("## Running it")[0])


async def test_the_tour_is_true(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path)
    key, requests = "", 0
    try:
        for command, answer in tour():
            words = shlex.split(command)
            if command.startswith("export PATH"):
                continue  # where make puts the command; the tests have it already
            if command.startswith("KEY="):
                key = service.command(*shlex.split(command.removeprefix("KEY=$(care-timeline ").removesuffix(")")))
            elif words == ["care-timeline", "serve"]:
                await service.start()
            elif words[0] == "care-timeline":
                assert service.command(*words[1:])
            else:
                assert answer is not None, f"the README shows no answer for {command}"
                assert_shown(answer, await curl(command, service.address, key))
                requests += 1
    finally:
        await service.stop()
    assert requests >= 6
