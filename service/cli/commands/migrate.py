"""care-timeline migrate."""

from typing import Annotated

import typer


def migrate(
    distribute: Annotated[
        bool, typer.Option("--distribute", help="Distribute the tables over the machines of a Citus cluster.")
    ] = False,
) -> None:
    """
    Bring the database to the schema of this release.

    Works as the database's owner: set CARE_TIMELINE_OWNER_DATABASE_URL beside CARE_TIMELINE_DATABASE_URL.
    Run it after each upgrade, before the new release is started; when two run at once, one waits for the
    other. A database at the newest schema is left as it is. The embedded PostgreSQL needs no migrate: it is
    brought up to date whenever a command starts it.

    Projections have no migrations: a new version of one is built anew, beside the old one that goes on. This
    makes its empty tables and says so; rebuild fills them and switches them in.

    On a Citus cluster, --distribute also spreads every table over its machines, each organization's rows on one
    of them. Do so before anything is recorded, and again after each upgrade, which may bring new tables.

    [bold]Examples[/bold]

      care-timeline migrate
      care-timeline migrate --distribute

    Exit codes: 0 the database is at the newest schema, 1 it is not.
    """
    from service.bootstrap import database, prepare
    from service.cli.console import out
    from service.cli.run_command import run
    from service.database.distribution import distribute as distribute_tables
    from service.database.migrate import newest_revision
    from service.database.owner import OwnerNeeded
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses:
            if addresses.owner is None:
                raise OwnerNeeded
            to_build = await prepare(addresses.owner)
            distributed = await distribute_tables(addresses.owner) if distribute else []
        out.print(f"The database is at revision {newest_revision()}, the newest.")
        if distribute:
            out.print(f"Tables distributed now: {', '.join(distributed) or 'none, they all were'}.", soft_wrap=True)
        if to_build:
            names = " ".join(build.name for build in to_build)
            out.print(f"To be built from what is recorded: care-timeline rebuild {names}", soft_wrap=True)

    run(work)
