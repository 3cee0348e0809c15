"""care-timeline keys new-encryption-key, and keys rewrap: the keys that encrypt all others."""


def new_encryption_key() -> None:
    """
    Print a fresh key-encryption key, for CARE_TIMELINE_KEY_ENCRYPTION_KEYS.

    It wraps the keys of all clients: whoever loses it can read none of their records. Keep it in a secret store,
    apart from the database and its backups. To change keys, put the new one before the old one, separated by a
    comma: the first wraps, all of them open; then [bold]keys rewrap[/bold].
    """
    from service.bootstrap import new_key_encryption_key
    from service.cli.console import out

    out.print(new_key_encryption_key(), soft_wrap=True)


def rewrap() -> None:
    """
    Wrap everything anew under the first key-encryption key: clients' keys and webhooks' secrets, of all organizations.

    Run it once every process of the service was started with the new key first: one that still has the old key alone
    can open nothing that was wrapped anew. Afterwards the old key can leave the settings; keep it for as long as you
    keep backups from before. Run again, it changes what a process wrapped with the old key meanwhile.

    It works as the database's owner (CARE_TIMELINE_OWNER_DATABASE_URL; the embedded PostgreSQL needs nothing).

    Exit codes: 0 all is wrapped by the first key, 1 something is not.
    """
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            for each in await system.organizations.all():
                count = await system.rewrap(each.organization_id)
                out.print(f"{each.name}: {count:,} wrapped anew.", soft_wrap=True)

    run(work)
