"""Exporting all views' rows of an organization as Parquet, and COPY of the same rows as CSV that nobody keeps.

DuckDB's own copy over its reader of PostgreSQL would be the other side: that is an extension which it downloads.
"""

import shutil
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from analytics.catalogue import VIEWS
from benchmarks.ground import BenchmarkClinic, Ground, build
from benchmarks.harness import Limit, Result, Rounds
from benchmarks.rebuild import simulated
from domain.policy import Policy
from service.access.access_records import by_operator
from service.access.caller import operator
from service.analytics.exports.export import Wanted
from service.analytics.exports.formats import Format
from service.analytics.exports.pseudonyms import of_this_export
from service.database.statement import bound


async def measure(
    ground: Ground, rounds: Rounds, *, events: int = 1_000_000, processes: int | None = None
) -> list[Result]:
    """One row: both give the same rows under pseudonyms; the export sorts, types and compresses them, too."""
    async with ground.clinic() as clinic:
        rounds.tell(f"analysts' export, simulating {events:,} events")
        written = await simulated(clinic, events)
        await build(clinic, processes=processes)
        # How few people may be told of is not what is measured.
        few = Policy.model_validate({"analytics": {"k": 1, "l": 1}})
        await clinic.system.policy_adopter.adopt(operator(clinic.organization_id), few)
        await clinic.system.follower().follow(clinic.organization_id)
        await clinic.superuser.execute("vacuum analyze")
        with TemporaryDirectory() as folder:
            names = count()
            ours, others = await rounds.interleaved(
                [
                    ("export as Parquet", lambda: _exported(clinic, Path(folder, str(next(names))))),
                    ("raw COPY", lambda: _copied(clinic)),
                ]
            )
    measured = f"export for analysts as Parquet, of the projections of {written:,} events"
    return [Result(measured, "raw COPY of the same rows", "rows/s", ours, others, Limit(0.3))]


async def _exported(clinic: BenchmarkClinic, folder: Path) -> float:
    access = [by_operator(clinic.organization_id, "make bench")]
    began = time.perf_counter()
    manifest = await clinic.system.analytics_exports.write(Wanted(Format.PARQUET), access, folder)
    seconds = time.perf_counter() - began
    shutil.rmtree(folder)
    return sum(manifest.organizations[0].rows.values()) / seconds


async def _copied(clinic: BenchmarkClinic) -> float:
    told, rows = of_this_export(shift_dates=False), 0
    began = time.perf_counter()
    async with clinic.system.readings.live(clinic.organization_id) as reading:
        for view in VIEWS:
            statement, arguments = bound(told.rows(view, reading), moment=reading.moment, **told.values)
            done = await reading.connection.copy_from_query(statement, *arguments, output=_dropped, format="csv")
            rows += int(done.removeprefix("COPY "))
    return rows / (time.perf_counter() - began)


async def _dropped(_: bytes) -> None:
    """Nobody keeps it."""
