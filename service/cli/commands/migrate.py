"""care-timeline migrate."""


def migrate() -> None:
    """
    Bring the database to the schema of this release.

    Works as the database's owner: set CARE_TIMELINE_OWNER_DATABASE_URL beside CARE_TIMELINE_DATABASE_URL.
    Run it after each upgrade, before the new release is started; when two run at once, one waits for the
    other. A database at the newest schema is left as it is. The embedded PostgreSQL needs no migrate: it is
    brought up to date whenever a command starts it.

    Projections have no migrations: a new version of one is built anew, beside the old one that goes on. This
    makes its empty tables and says so; rebuild fills them and switches them in.

    [bold]Examples[/bold]

      care-timeline migrate

    Exit codes: 0 the database is at the newest schema, 1 it is not.
    """
    from service.bootstrap import database, prepare
    from service.cli.console import out
    from service.cli.run_command import run
    from service.database.migrate import newest_revision
    from service.database.owner import OwnerNeeded
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with database(settings) as addresses:
            if addresses.owner is None:
                raise OwnerNeeded
            to_build = await prepare(addresses.owner, settings.policy())
        out.print(f"The database is at revision {newest_revision()}, the newest.")
        if to_build:
            names = " ".join(build.name for build in to_build)
            out.print(f"To be built from what is recorded: care-timeline rebuild {names}", soft_wrap=True)

    run(work)
