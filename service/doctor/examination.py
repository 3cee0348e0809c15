"""The whole examination, one check after the other, as far as each allows the next."""

from collections.abc import AsyncIterator

import asyncpg

from service.bootstrap import connected, database
from service.database.embedded import EmbeddedPostgresError
from service.database.migrate import MigrationError
from service.database.server_user import ServerUserError
from service.doctor import machine, record
from service.doctor.check import Check
from service.doctor.database import checks
from service.settings import Settings

_UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def examine(settings: Settings) -> AsyncIterator[Check]:
    """Every check; those that need the database are not made without."""
    yield machine.python()
    if settings.embedded:
        yield machine.data_folder(settings)
    try:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            good = True
            async for check in checks(system.pool):
                good = good and (check.good or check.name != "schema")
                yield check
            if good:
                yield await record.keys(system)
                yield await record.projections(system)
                yield await record.erasures(system)
                yield await record.checkpoints(system)
    except (EmbeddedPostgresError, MigrationError, ServerUserError) as error:
        yield Check("database", False, str(error))
    except _UNREACHABLE as error:
        yield Check(
            "database",
            False,
            f"The database does not answer ({type(error).__name__}): check that it runs, that this machine may"
            " connect, and that CARE_TIMELINE_DATABASE_URL is right.",
        )
