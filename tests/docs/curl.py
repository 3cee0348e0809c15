"""The commands of a page of the documentation, and the answers shown for them."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx

ADDRESS = "http://127.0.0.1:8420"


class Step(NamedTuple):
    """One command of a page, and the answer shown for it, if any: JSON, or the beginning of a stream."""

    command: str
    answer: Any


def steps(text: str) -> Iterator[Step]:
    """The commands of the text in order."""
    blocks = re.findall(r"```(sh|json|text)\n(.*?)```", text, re.DOTALL)
    for (kind, block), (next_kind, next_block) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "sh":
            answer = json.loads(next_block) if next_kind == "json" else None
            if next_kind == "text":
                answer = next_block.strip()
            for command in [block] if block.startswith("curl") else block.strip().splitlines():
                yield Step(command, answer)


async def curl(command: str, address: str, key: str) -> Any:
    """What curl would show: JSON, or of a stream what comes at once."""
    url, headers, data = "", {}, None
    arguments = iter(shlex.split(command)[1:])
    for word in arguments:
        if word == "-H":
            name, _, value = next(arguments).partition(": ")
            headers[name] = value.replace("$KEY", key)
        elif word == "-d":
            data = next(arguments)
        elif word != "-N":
            url = word.replace(ADDRESS, address)
    async with (
        httpx.AsyncClient(timeout=30) as http,
        http.stream("GET" if data is None else "POST", url, headers=headers, content=data) as found,
    ):
        if not found.headers["content-type"].startswith("text/event-stream"):
            return json.loads(await found.aread())
        told = ""
        async for text in found.aiter_text():
            told += text
            if told.endswith("\n\n"):
                break
        return told


def assert_shown(shown: Any, found: Any, where: str = "answer") -> None:
    """Everything that the page shows stands in the answer; the answer may say more."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in found, f"{where} has no {name}"
            assert_shown(value, found[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert shown or not found, f"{where} holds something"
        for place, value in enumerate(shown):
            assert_shown(value, found[place], f"{where}[{place}]")
    elif where == "answer":
        assert found.startswith(shown), f"the answer is {found}, the page shows {shown}"
    else:
        assert found == shown, f"{where} is {found}, the page shows {shown}"
