"""`make catalogue`: writes down what the migrations of this release make in a database's catalogue, for doctor.

They are run in a PostgreSQL of its own, which is thrown away again.
"""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from service.database.embedded import EmbeddedPostgres
from service.database.migrate import migrate
from service.doctor.catalogue import DECLARED_FILE, Item, items


def as_file(found: list[Item]) -> str:
    """The text of the file: an item a line."""
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in found) + "\n]\n"


async def _migrated(owner_url: str) -> list[Item]:
    await migrate(owner_url)
    connection = await asyncpg.connect(owner_url)
    try:
        return await items(connection)
    finally:
        await connection.close()


def write_catalogue() -> None:
    """Write the file anew."""
    with TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder))
        owner_url = server.start().owner
        try:
            DECLARED_FILE.write_text(as_file(asyncio.run(_migrated(owner_url))), encoding="utf-8")
        finally:
            server.stop()


if __name__ == "__main__":
    write_catalogue()
