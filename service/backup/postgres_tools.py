"""Running pg_dump and pg_restore, those that came with the embedded PostgreSQL: they know servers from 9.2 to 18."""

import asyncio
import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_ONLY_OURS = 0o077


class ToolFailed(Exception):
    """One of PostgreSQL's programs ended otherwise than well; the message is what it said."""


async def run_tool(program: Path, address: str, *arguments: str) -> None:
    """Run a program over the database at an address; what it writes only its owner may read. Raises ToolFailed.

    What it says can be told: neither program quotes rows, but for a row that a constraint refuses in restoring.
    """
    where, password = without_password(address)
    environment = dict(os.environ, PGAPPNAME="care-timeline backup", PGCONNECT_TIMEOUT="30")
    if password is not None:
        environment["PGPASSWORD"] = password
    done = await asyncio.to_thread(_run, [str(program), *arguments, f"--dbname={where}"], environment)
    if done.returncode:
        raise ToolFailed(_first_line(done.stderr.decode(errors="replace")) or f"{program.name} failed")


def _run(words: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603 the program is ours, and no shell reads the arguments
        words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, umask=_ONLY_OURS, check=False
    )


def without_password(address: str) -> tuple[str, str | None]:
    """The address without its password, which every user of the machine could read in the list of processes."""
    parts = urlsplit(address)
    password = parts.password and unquote(parts.password)
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}@{host}" if user else parts.netloc
    query = parse_qsl(parts.query, keep_blank_values=True)
    password = password or dict(query).get("password")
    kept = urlencode([(name, value) for name, value in query if name != "password"], safe="/")
    return urlunsplit((parts.scheme, netloc, parts.path, kept, "")), password


def _first_line(said: str) -> str:
    # What follows the first error quotes the statement, and may quote a row.
    lines = [line for line in said.splitlines() if "error:" in line] or said.splitlines()
    return lines[0].strip() if lines else ""
