"""What the figures were measured on, and with."""

import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.ground import Ground

LIBRARIES = (
    *("asyncpg", "cryptography", "eventsourcing", "fastapi", "httptools"),
    *("psycopg", "pydantic", "sqlalchemy", "uvicorn", "uvloop"),
)
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


async def machine(ground: Ground) -> list[tuple[str, str]]:
    """The machine, the versions, and the server's settings on which durability rests, by name.

    Raises AssertionError where an acknowledged write could be lost: such figures would mean nothing.
    """
    settings = {name: await ground.setting(name) for name in DURABILITY}
    assert set(settings.values()) == {"on"}, settings
    memory = psutil.virtual_memory().total / 2**30
    return [
        ("Processor", f"{_processor()}, {psutil.cpu_count()} cores"),
        ("Memory", f"{memory:.1f} GiB"),
        ("System", platform.platform()),
        ("Python", platform.python_version()),
        ("PostgreSQL", await ground.setting("server_version")),
        ("Durability", ", ".join(f"{name} {value}" for name, value in settings.items())),
        ("Libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    ]


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
