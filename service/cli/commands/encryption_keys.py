"""care-timeline keys new-encryption-key, keys rewrap and keys in-use: the keys that encrypt all others."""


def new_encryption_key() -> None:
    """
    Print a fresh key-encryption key, for CARE_TIMELINE_KEY_ENCRYPTION_KEYS.

    It wraps the keys of all clients: whoever loses it can read none of their records. Keep it in a secret store,
    apart from the database and its backups. To change keys, put the new one before the old one, separated by a
    comma: the first wraps, all of them open; then [bold]keys rewrap[/bold].
    """
    from service.cli.console import out
    from service.deployment_keys import new_key_encryption_key

    out.print(new_key_encryption_key(), soft_wrap=True)


def rewrap() -> None:
    """
    Wrap everything anew under the first key-encryption key: clients' keys and webhooks' secrets, of all organizations.

    Run it once every process of the service was started with the new key first: one that still has the old key alone
    can open nothing that was wrapped anew. Afterwards [bold]keys in-use[/bold] says that the old key can leave the
    settings; keep it for as long as you keep backups from before. Run again, it changes what a process wrapped with
    the old key meanwhile, and goes on where it was interrupted. No body is read or changed.

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


def in_use() -> None:
    """
    Show what hangs on each key of the settings, and which may leave them.

    Of key-encryption keys: how many clients' keys and secrets of webhooks each of them wraps, over all organizations.
    Of keys that sign checkpoints: of how many logs the last checkpoint bears their signature, and of how many no other
    does. docs/keys.md tells how to change either.

    Exit codes: 0 shown, 1 something hangs on a key that is missing.
    """
    import typer
    from rich.table import Table

    from service.bootstrap import running
    from service.cli.console import show
    from service.cli.key_use import KeyUse, encryption_key_use, signing_key_use
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> list[KeyUse]:
        async with running(settings) as system:
            return [*await encryption_key_use(system), *await signing_key_use(system)]

    table = Table("Key", "Does", "On it hang", "", box=None, pad_edge=False)
    uses = run(work)
    for each in uses:
        table.add_row(each.key, each.does, each.uses, each.verdict, style="red" if each.missing else "")
    show(table)
    if any(each.missing for each in uses):
        raise typer.Exit(1)
