"""care-timeline keys."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from domain.vocabulary.consents import RecipientClass
from domain.vocabulary.purposes import PurposeOfUse
from service.access.roles import KeyRole
from service.cli.commands.encryption_keys import in_use, new_encryption_key, rewrap
from service.cli.help_text import add, prose
from service.cli.moments import length, moment
from service.cli.options import OrganizationOption

if TYPE_CHECKING:
    from service.access.api_keys import ApiKey

app = typer.Typer(
    no_args_is_help=True,
    help=prose(
        """
    The API keys by which people and systems record and read, the keys that encrypt all others, and the key that
    signs checkpoints.

    A key says who holds it (name and role) and what it may do. Without scopes that is all that its role may, as
    docs/permissions.md lists it. Scopes are SMART's: [bold]user/CarePlan.rs[/bold] reads plans and lists clients,
    [bold]system/CheckIn.c[/bold] records check-ins; letters are c (record), r (read), u (correct and retract) and s
    (list), and * is every resource. A system's key always says its scopes.

    [bold]Examples[/bold]

      care-timeline keys create --role counselor --name ana
      care-timeline keys create --role auditor --name lee --expires-in 90d --organization "Harbor Lane Recovery"
      care-timeline keys create --role supervisor --name ana-lead --person 0b9d6f7e-5f0c-4a3e-9d1f-3c2b1a0e9d8c
      care-timeline keys create --role system --name check-in-app --scope system/CheckIn.c
      care-timeline keys create --role system --name pharmacy --recipient "Harbor Pharmacy" --scope system/*.r
      care-timeline keys list
      care-timeline keys rotate 0b9d6f7e-5f0c-4a3e-9d1f-3c2b1a0e9d8c --overlap 2d
      care-timeline keys revoke 0b9d6f7e-5f0c-4a3e-9d1f-3c2b1a0e9d8c

    Making, rotating and revoking keys works as the database's owner (CARE_TIMELINE_OWNER_DATABASE_URL; the embedded
    PostgreSQL needs nothing): the service itself cannot.

    Every command here explains itself: care-timeline keys create --help.
    """
    ),
)


ExpiresIn = Annotated[
    timedelta | None,
    typer.Option(
        parser=length, metavar="LENGTH", help="How long it works from now, such as 12h, 90d or 52w.", show_default=False
    ),
]
ExpiresOn = Annotated[
    datetime | None,
    typer.Option(
        parser=moment, metavar="MOMENT", help="From when on it does not work, with a time zone.", show_default=False
    ),
]


def create(  # noqa: PLR0913 - one for each option
    *,
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
        list[str] | None,
        typer.Option(help="What the key may do; may be given several times.", show_default="all that the role may"),
    ] = None,
    expires_in: ExpiresIn = None,
    expires_on: ExpiresOn = None,
    purpose: Annotated[
        PurposeOfUse | None,
        typer.Option(
            help="What its holder reads for unless a request says otherwise.",
            show_default="operations for auditors, else treatment",
        ),
    ] = None,
    person: Annotated[
        UUID | None,
        typer.Option(
            help="The actor_id of whoever holds it, where they record with another key or with tokens already: they"
            " stay one person.",
            show_default="a person of its own",
        ),
    ] = None,
    recipient: Annotated[
        str | None,
        typer.Option(
            help="The other organization whose system holds it, letter by letter as consents name it: it reads only"
            " what a consent in force allows.",
            show_default="this organization",
        ),
    ] = None,
    recipient_class: Annotated[
        list[RecipientClass] | None,
        typer.Option(
            help="A class of recipients to which that organization belongs; may be given several times.",
            show_default="none",
        ),
    ] = None,
) -> None:
    """
    Make an API key. Its text is shown now and never again: only a digest is kept.

    The key alone is printed to standard output, so that it can be piped into a secret store. A name belongs to one
    key at a time: that of a revoked key may be given again.

    Exit codes: 0 made, 1 not.
    """
    from service.access.api_keys import ApiKey
    from service.access.key_checks import KeyRefused
    from service.access.recipients import Recipient
    from service.bootstrap import running
    from service.cli.console import err, out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.log.organizations import Organization
    from service.settings import Settings

    expires = _expiry(expires_in, expires_on)
    if recipient_class and not recipient:
        raise typer.BadParameter("Say with --recipient which organization belongs to that class.")
    outside = Recipient(recipient, tuple(recipient_class or ())) if recipient is not None else None

    async def work(settings: Settings) -> tuple[Organization, ApiKey, str, list[str]]:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            others = [each for each in await system.api_keys.list(meant.organization_id) if each.subject_id == person]
            try:
                key, token = await system.api_keys.create(
                    meant.organization_id, name, role, scope, expires,
                    purpose=purpose, person_id=person, recipient=outside,
                )  # fmt: skip
            except KeyRefused as error:
                raise CommandFailed(str(error)) from error
            return meant, key, token, [each.name for each in others]

    meant, key, token, others = run(work)
    err.print(f"A key for {key.name}, {key.role.value} at {meant.name}: {', '.join(key.scopes) or 'no scopes'}.")
    if others:
        err.print(f"Whoever holds it is the person who has the key {', '.join(others)}.")
    elif key.person_id:
        err.print("No key is that person's yet: right where they call with access tokens, else look at the id again.")
    if key.recipient:
        err.print(f"It is held by {key.recipient}, which reads with it only what a client's consent in force allows.")
    err.print(f"It expires on {_minute(key.expires_at)}." if key.expires_at else "It does not expire.")
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
    from service.runtime import clock
    from service.settings import Settings

    async def work(settings: Settings) -> list[ApiKey]:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            return await system.api_keys.list(meant.organization_id)

    keys = run(work)
    columns = ["Name", "Role", "Scopes", "Key id", "Made", "Rotated", "Expires", "Revoked"]
    if any(key.person_id for key in keys):
        columns.append("Person")
    table = Table(*columns, box=None, pad_edge=False)
    now = clock.now()
    for key in keys:
        days = [f"{day:%Y-%m-%d}" if day else "" for day in (key.created_at, key.rotated_at)]
        expires, revoked = (_minute(moment) for moment in (key.expires_at, key.revoked_at))
        table.add_row(
            key.name, _holder(key), " ".join(key.scopes), str(key.key_id), *days,
            f"{expires}, over" if key.expired(now) else expires, revoked,
            *([str(key.person_id)] if key.person_id else []),
            style="dim" if revoked or key.expired(now) else "",
        )  # fmt: skip
    if table.rows:
        show(table)
    else:
        out.print("There is none yet: care-timeline keys create makes one.", soft_wrap=True)


def rotate(
    key_id: Annotated[UUID, typer.Argument(help="The key's id, as keys list shows it.", show_default=False)],
    organization: OrganizationOption = None,
    overlap: Annotated[
        timedelta | None,
        typer.Option(
            parser=length,
            metavar="LENGTH",
            help="How long the secret that it has now works as well; 0m ends it at once.",
            show_default="24h",
        ),
    ] = None,
    expires_in: ExpiresIn = None,
    expires_on: ExpiresOn = None,
) -> None:
    """
    Give an API key a new secret, and print the key: the same id, name, role and scopes, and what was recorded stays
    its holder's.

    The secret that it had works until the overlap is over; one that it had before that, no longer. A key that has
    expired works again when it is given another expiry.

    Exit codes: 0 rotated, 1 not.
    """
    from service.access.api_keys import OVERLAP, ApiKey
    from service.access.key_checks import KeyRefused
    from service.bootstrap import running
    from service.cli.console import err, out
    from service.cli.errors import CommandFailed
    from service.cli.organization import choose
    from service.cli.run_command import run
    from service.settings import Settings

    expires = _expiry(expires_in, expires_on)

    async def work(settings: Settings) -> tuple[ApiKey, str]:
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            try:
                return await system.api_keys.rotate(
                    meant.organization_id,
                    key_id,
                    overlap=OVERLAP if overlap is None else overlap,
                    expires_at=expires,
                )
            except KeyRefused as error:
                raise CommandFailed(str(error)) from error

    key, token = run(work)
    err.print(f"A new secret for {key.name}; the one before works until {_minute(key.previous_until)}.")
    err.print(f"It expires on {_minute(key.expires_at)}." if key.expires_at else "It does not expire.")
    err.print("Keep it safe, it is shown only now.")
    out.print(token, soft_wrap=True)


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


def new_signing_key() -> None:
    """
    Print a fresh key that signs checkpoints of the log, for CARE_TIMELINE_SIGNING_KEYS.

    It is held by the process that follows the log (serve, or project), and never in the database: whoever has both can
    sign another history. What others check its signatures with is shown by care-timeline checkpoint --public-key. To
    change keys, put the new one beside the old one, separated by a comma, until everybody has the new public key: both
    sign meanwhile. Then move the old one's public key to CARE_TIMELINE_RETIRED_SIGNING_KEYS: [bold]keys in-use[/bold]
    shows it.
    """
    from service.audit.signing_keys import new_signing_key
    from service.cli.console import out

    out.print(new_signing_key(), soft_wrap=True)


def _holder(key: "ApiKey") -> str:
    return f"{key.role} of {key.recipient}" if key.recipient else key.role.value


def _expiry(expires_in: timedelta | None, expires_on: datetime | None) -> datetime | None:
    from service.runtime import clock

    if expires_in and expires_on:
        raise typer.BadParameter("Give --expires-in or --expires-on, not both.")
    return clock.now() + expires_in if expires_in is not None else expires_on


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


add(app, create)
add(app, list_all, name="list")
add(app, rotate)
add(app, revoke)
add(app, new_encryption_key, name="new-encryption-key")
add(app, rewrap)
add(app, in_use, name="in-use")
add(app, new_signing_key, name="new-signing-key")
