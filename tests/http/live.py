"""`care-timeline serve` over the module's database, with limits that a test has the time to reach."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil

from service.database.embedded import DatabaseUrls
from tests.http.raw import Connection
from tests.service_process import COMMAND
from tests.system import KEY_ENCRYPTION_KEY


@dataclass(frozen=True)
class Live:
    """A running service, and a counselor's key of an organization in it."""

    process: subprocess.Popen[bytes]
    port: int
    log_file: Path
    organization_id: UUID
    key: str

    @property
    def authorization(self) -> str:
        """The header that carries the key."""
        return f"Authorization: Bearer {self.key}"

    def connect(self) -> Connection:
        """A new connection."""
        return Connection(self.port)

    def ask(self, request: bytes) -> int:
        """The status of the answer to the request, over a connection of its own."""
        with self.connect() as connection:
            connection.send(request)
            return connection.answer().status

    def memory(self) -> float:
        """Resident memory in MB."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    def stop(self) -> float:
        """Ask it to stop, as an operator does; the seconds that takes."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(60)
        return time.monotonic() - began


@contextmanager
def serving(
    database: DatabaseUrls, organization_id: UUID, key: str, folder: Path, settings: Mapping[str, float] | None = None
) -> Iterator[Live]:
    """The service as a process of its own, with these settings over the defaults."""
    log_file = folder / "service.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", "--no-projector"],
            env={
                **os.environ,
                "CARE_TIMELINE_DATABASE_URL": database.app,
                "CARE_TIMELINE_KEY_ENCRYPTION_KEYS": KEY_ENCRYPTION_KEY.get_secret_value(),
                "CARE_TIMELINE_DATA_DIR": str(folder),
                **{f"CARE_TIMELINE_{name.upper()}": str(value) for name, value in (settings or {}).items()},
            },
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline().decode().strip()
        assert "http://" in said, log_file.read_text()
        yield Live(process, int(said.rpartition(":")[2]), log_file, organization_id, key)
    finally:
        process.terminate()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()
