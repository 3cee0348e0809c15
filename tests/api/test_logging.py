"""The log's lines: JSON, one a line, of the libraries too, and never the text of an exception."""

import json
import subprocess
import sys
from pathlib import Path

WORDS = "Wednesday at the harbour"

SCRIPT = f"""
import asyncio, gc, logging, structlog
from service.runtime.logging_setup import configure_logging

configure_logging("info")
log = structlog.get_logger()

async def fail():
    raise ValueError({WORDS!r})

async def forgotten():
    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

try:
    raise KeyError({WORDS!r})
except KeyError:
    log.exception("ours", entry="e1")
    logging.getLogger("library").exception("theirs\\nwith %s", {WORDS!r})
asyncio.run(forgotten())
logging.getLogger("httpx").info("GET /v1/clients/{WORDS}")
logging.getLogger("uvicorn.access").info("GET /v1/clients/{WORDS}")
log.debug("not at this level")
log.info("last")
"""


def test_every_line_is_json_and_tells_what_was_raised_where_without_its_text() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["ours", "theirs", "a library reports", "last"]
    assert [line["error"][0].partition(" ")[0] for line in lines[:3]] == ["KeyError", "KeyError", "ValueError"]
    assert (lines[0]["entry"], lines[0]["level"], lines[1]["logger"]) == ("e1", "error", "library")
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert WORDS not in run.stderr
    assert run.stdout == ""
