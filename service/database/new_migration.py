"""`make migration MESSAGE="…"`: writes the migration from the newest one to the declared tables.

The newest one is made in a PostgreSQL of its own, which is thrown away again.
"""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config

from service.database.embedded import EmbeddedPostgres
from service.database.migrate import migrate

_CONFIG = Path(__file__).parents[2] / "alembic.ini"


def write_migration(message: str) -> None:
    """Writes alembic/versions/NNNN_message.py."""
    with TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder))
        owner_url = server.start().owner
        try:
            asyncio.run(migrate(owner_url))
            os.environ["CARE_TIMELINE_OWNER_DATABASE_URL"] = owner_url
            command.revision(Config(_CONFIG), message=message, autogenerate=True)
        finally:
            server.stop()


if __name__ == "__main__":
    message = " ".join(sys.argv[1:]).strip()
    if not message:
        sys.exit('Say what it does: make migration MESSAGE="let an event name its room"')
    write_migration(message)
