"""care-timeline keys."""

from typing import Annotated
from uuid import UUID

import typer

from service.access.caller import KeyRole, Scope
from service.cli.help_text import add, prose
from service.cli.options import OrganizationOption

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    The API keys by which people and systems record and read, and the key that encrypts all others.

    A key says who holds it (name and role) and what it may do (scopes): [bold]record[/bold] creates clients and
    records events, [bold]read[/bold] reads timelines, plans, milestones and reviews, now or at any moment,
    [bold]webhooks[/bold] says which other systems are told of what is recorded (supervisors and systems).

    [bold]Examples[/bold]

      care-timeline keys create --role counselor --name ana
      care-timeline keys create --role auditor --name lee --organization "Harbor Lane Recovery"
      care-timeline keys list
      care-timeline keys revoke 0b9d6f7e-5f0c-4a3e-9d1f-3c2b1a0e9d8c

    Making and revoking keys works as the database's owner (CARE_TIMELINE_OWNER_DATABASE_URL; the embedded PostgreSQL
    needs nothing): the service itself cannot.

    Every command here explains itself: care-timeline keys create --help.
    """
    ),
)


def create(
    role: Annotated[KeyRole, typer.Option(help="The role of whoever holds the key.", show_default=False)],
    name: Annotated[
        str,
        typer.Option(
            help="Who holds the key; it stands beside everything recorded with it."
            " Small letters, digits, and . _ / - between them.",
            show_default=False,
        ),
    ],
    organization: OrganizationOption = None,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What the key may do; may be given several times.", show_default="all that the role may"),
    ] = None,
) -> None:
    """
    Make an API key. Its text is shown now and never again: only a digest is kept.

    The key alone is printed to standard output, so that it can be piped into a secret store.

    Exit codes: 0 made, 1 not.
    """
    from service.access.api_keys import ApiKey
    from service.bootstrap import running
    from service.cli.console import err, out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.log.organizations import Organization
    from service.settings import Settings

    async def work(settings: Settings) -> tuple[Organization, ApiKey, str]:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            try:
                key, token = await system.api_keys.create(meant.organization_id, name, role, scope)
            except ValueError as error:
                raise CommandFailed(str(error)) from error
            return meant, key, token

    meant, key, token = run(work)
    err.print(f"A key for {key.name}, {key.role.value} at {meant.name}: {', '.join(key.scopes) or 'no scopes'}.")
    err.print("Keep it safe, it is shown only now. It goes into the header Authorization: Bearer …")
    out.print(token, soft_wrap=True)


def list_all(organization: OrganizationOption = None) -> None:
    """
    Show the organization's API keys, never their text.
    """
    from rich.table import Table

    from service.access.api_keys import ApiKey
    from service.bootstrap import running
    from service.cli.console import out, show
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> list[ApiKey]:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            return await system.api_keys.list(meant.organization_id)

    table = Table("Name", "Role", "Scopes", "Key id", "Made", "Revoked", box=None, pad_edge=False)
    for key in run(work):
        revoked = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        table.add_row(
            key.name, key.role, " ".join(key.scopes), str(key.key_id), f"{key.created_at:%Y-%m-%d}", revoked,
            style="dim" if revoked else "",
        )  # fmt: skip
    if table.rows:
        show(table)
    else:
        out.print("There is none yet: care-timeline keys create makes one.", soft_wrap=True)


def revoke(
    key_id: Annotated[UUID, typer.Argument(help="The key's id, as keys list shows it.", show_default=False)],
    organization: OrganizationOption = None,
) -> None:
    """
    Revoke an API key, for good. Running services stop believing it within half a minute.

    Exit codes: 0 revoked, 1 there is no such key, or it was revoked before.
    """
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            if not await system.api_keys.revoke(meant.organization_id, key_id):
                raise CommandFailed(
                    f"{meant.name} has no key {key_id} that could be revoked: care-timeline keys list shows them all."
                )

    run(work)
    out.print("Revoked.")


def new_encryption_key() -> None:
    """
    Print a fresh key-encryption key, for CARE_TIMELINE_KEY_ENCRYPTION_KEYS.

    It wraps the keys of all clients: whoever loses it can read none of their records. Keep it in a secret store,
    apart from the database and its backups. To change keys, put the new one before the old one, separated by a
    comma: the first wraps, all of them open.
    """
    from service.bootstrap import new_key_encryption_key
    from service.cli.console import out

    out.print(new_key_encryption_key(), soft_wrap=True)


add(app, create)
add(app, list_all, name="list")
add(app, revoke)
add(app, new_encryption_key, name="new-encryption-key")
