"""The README's tour, word for word: every command is run, and every answer is compared with the one shown."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.service_process import ServiceProcess

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "http://127.0.0.1:8420"


class Step(NamedTuple):
    """One command of the tour, and the answer shown for it, if any."""

    command: str
    answer: dict[str, Any] | None


def tour() -> Iterator[Step]:
    """The commands of the tour in order."""
    text = README.read_text("utf-8").partition("## A tour")[2].partition("## Running it")[0]
    blocks = re.findall(r"```(sh|json)\n(.*?)```", text, re.DOTALL)
    for (kind, block), (next_kind, next_block) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "sh":
            answer = json.loads(next_block) if next_kind == "json" else None
            for command in [block] if block.startswith("curl") else block.strip().splitlines():
                yield Step(command, answer)


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
                assert_shown(answer, await _curl(words[1:], service.address, key))
                requests += 1
    finally:
        await service.stop()
    assert requests >= 6


async def _curl(words: list[str], address: str, key: str) -> Any:
    """What curl would do with these words."""
    url, headers, data = "", {}, None
    arguments = iter(words)
    for word in arguments:
        if word == "-H":
            name, _, value = next(arguments).partition(": ")
            headers[name] = value.replace("$KEY", key)
        elif word == "-d":
            data = next(arguments)
        else:
            url = word.replace(ADDRESS, address)
    async with httpx.AsyncClient(timeout=30) as http:
        found = await http.request("GET" if data is None else "POST", url, headers=headers, content=data)
    return found.json()


def assert_shown(shown: Any, found: Any, where: str = "answer") -> None:
    """Everything that the README shows stands in the answer; the answer may say more."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in found, f"{where} has no {name}"
            assert_shown(value, found[name], f"{where}.{name}")
    elif isinstance(shown, list):
        for place, value in enumerate(shown):
            assert_shown(value, found[place], f"{where}[{place}]")
    else:
        assert found == shown, f"{where} is {found}, the README shows {shown}"
