"""Running pg_dump and others of PostgreSQL's programs, those that came with the embedded one, which is the newest."""

import asyncio
import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

_ONLY_OURS = 0o077


class ToolFailed(Exception):
    """One of PostgreSQL's programs ended otherwise than well; the message is what it said."""


async def run_tool(program: Path, address: str | None, *arguments: str) -> None:
    """Run a program, over the database at an address; what it writes only its owner may read. Raises ToolFailed.

    What it says can be told: neither program quotes rows, but for a row that a constraint refuses in restoring.
    """
    where, password = without_password(address) if address else (None, None)
    environment = dict(os.environ, PGAPPNAME="care-timeline backup", PGCONNECT_TIMEOUT="30")
    if password is not None:
        environment["PGPASSWORD"] = password
    words = [str(program), *([f"--dbname={where}"] if where else []), *arguments]
    done = await asyncio.to_thread(_run, words, environment)
    if done.returncode:
        raise ToolFailed(_first_line(done.stderr.decode(errors="replace")) or f"{program.name} failed")


def _run(words: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603 the program is ours, and no shell reads the arguments
        words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, umask=_ONLY_OURS, check=False
    )


def without_password(address: str) -> tuple[str, str | None]:
    """The address without its password, which every user of the machine could read in the list of processes."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    password = unquote(parts.password) if parts.password else dict(query).get("password")
    user, at, host = parts.netloc.rpartition("@")
    kept = urlencode([(name, value) for name, value in query if name != "password"], safe="/")
    where = f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"
    return (f"{where}?{kept}" if kept else where), password


def _first_line(said: str) -> str:
    # What follows the first error quotes the statement, and may quote a row.
    lines = [line for line in said.splitlines() if "error:" in line] or said.splitlines()
    return lines[0].strip() if lines else ""
