"""Telling who read about whom: as a table, as comma-separated values, or as lines of JSON."""

import csv
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import IO, Any

from rich.table import Table

from service.access.access_search import AccessRecord
from service.cli.console import out, show
from service.cli.files import new_private

Parts = AsyncIterator[list[AccessRecord]]


async def tell(parts: Parts) -> None:
    """Print the records as a table, the newest first."""
    table = Table("When (UTC)", "Who", "Purpose", "What", "About", "Through", box=None, pad_edge=False)
    async for records in parts:
        for each in records:
            table.add_row(
                f"{each.recorded_at:%Y-%m-%d %H:%M:%S}", _who(each), each.purpose, each.what, _about(each),
                each.operation,
            )  # fmt: skip
    if table.rows:
        show(table)
    else:
        out.print("Nobody has read anything of that kind before now.", soft_wrap=True)


def _who(record: AccessRecord) -> str:
    return f"{record.role}/{record.name}" + (f" of {record.recipient}" if record.recipient else "")


def _about(record: AccessRecord) -> str:
    return f"{record.client_id}, version {record.version}" if record.client_id else f"{record.clients} on a list"


async def write_csv(parts: Parts, output: Path | None) -> int:
    """Write all that the records say, one part after the other; how many there were. Raises CommandFailed."""
    return await _write(parts, output, _csv, ",".join(AccessRecord._fields) + "\n")


async def write_json_lines(parts: Parts, output: Path | None) -> int:
    """The same, a JSON object a line."""
    return await _write(parts, output, _json_lines)


async def _write(
    parts: Parts, output: Path | None, written: Callable[[Iterable[AccessRecord]], str], first: str = ""
) -> int:
    count = 0
    with new_private(output) if output else nullcontext() as file:
        _put(file, first)
        async for records in parts:
            _put(file, written(records))
            count += len(records)
    return count


def _put(file: IO[str] | None, text: str) -> None:
    if file:
        file.write(text)
    else:
        out.print(text, end="", soft_wrap=True)


def _csv(records: Iterable[AccessRecord]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for each in records:
        plain = {"recorded_at": each.recorded_at.isoformat(), "parameters": json.dumps(each.parameters)}
        writer.writerow(plain.get(name, value) for name, value in each._asdict().items())
    return text.getvalue()


def _json_lines(records: Iterable[AccessRecord]) -> str:
    return "".join(json.dumps(each._asdict(), default=_plain, ensure_ascii=False) + "\n" for each in records)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
