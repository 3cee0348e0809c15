"""care-timeline checkpoint."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import OrganizationOption

if TYPE_CHECKING:
    from service.audit.checkpoint_store import KeptCheckpoint
    from service.audit.log_kinds import LogKind
    from service.bootstrap import System
    from service.log.organizations import Organization


def checkpoint(
    *,
    organization: OrganizationOption = None,
    accesses: Annotated[
        bool, typer.Option("--accesses", help="Of the log of accesses: who may read and who has read.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Show the last one, and make none.")] = False,
    as_text: Annotated[
        bool, typer.Option("--text", help="With a few words around it, for a mail to whoever keeps checkpoints.")
    ] = False,
    public_key: Annotated[
        bool, typer.Option("--public-key", help="Show what the log's checkpoints are checked with, and make none.")
    ] = False,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Check the checkpoint in this file with --key, and make none.", show_default=False
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME+ID+KEY", help="With --check: a public key; may be given several times.", show_default=False
        ),
    ] = None,
) -> None:
    """
    Sign a checkpoint of the log as it stands now, and print it.

    A checkpoint says how many events the log has and the root of their Merkle tree, signed. The service signs one each
    minute in which something was recorded; this makes one at once, also of a log that was refused and has been mended.
    Whoever keeps a checkpoint outside of here can later tell whether anything recorded until then was changed or taken
    away: docs/proofs.md.

    --accesses does the same, with --show, --text and --public-key too, for the log of accesses that is kept beside the
    log: access records, API keys and settings (docs/auditing.md).

    --check needs no database: it says whose checkpoint a file holds, and of how many events.

    [bold]Examples[/bold]

      care-timeline checkpoint
      care-timeline checkpoint --text | mail -s "Checkpoint" auditor@example.org
      care-timeline checkpoint --public-key
      care-timeline checkpoint --check saved.checkpoint --key care.example.org/…+0123abcd+AQ…

    Exit codes: 0 signed, shown or good, 1 not.
    """
    from service.cli.console import out
    from service.cli.errors import CommandFailed
    from service.cli.run_command import run
    from service.settings import Settings

    if check is not None:
        _check(check, key or [])
        return
    if key:
        raise typer.BadParameter("--key goes with --check.")

    async def work(settings: Settings) -> str:
        from service.audit.errors import AnchorsUnreadable, CheckpointRefused, NoCheckpoint, NotSigning
        from service.audit.log_kinds import LogKind
        from service.bootstrap import running
        from service.cli.organization import choose

        kind = LogKind.ACCESSES if accesses else LogKind.EVENTS
        async with running(settings) as system:
            meant = choose(await system.organizations.all(), organization)
            try:
                if public_key:
                    return _public_keys(system, meant, kind)
                store = system.access_checkpoints if accesses else system.checkpoints
                signer = system.access_checkpoint_signer if accesses else system.checkpoint_signer
                kept = await (store.latest if show else signer.make)(meant.organization_id)
                return _mail(system, meant, kept, kind) if as_text else kept.cosigned_note
            except (AnchorsUnreadable, CheckpointRefused, NotSigning) as error:
                raise CommandFailed(str(error)) from error
            except NoCheckpoint as error:
                said = "none was made yet" if accesses else "it has no events"
                raise CommandFailed(f"There is no checkpoint of {kind.called} of {meant.name}: {said}.") from error

    out.print(run(work), soft_wrap=True, end="")


def _check(file: Path, said: list[str]) -> None:
    from service.audit.log_kinds import LogKind
    from service.cli.console import err, out
    from service.proofs.checkpoints import open_checkpoint
    from service.proofs.notes import NoteRefused, read_verifier_key

    if not said:
        raise typer.BadParameter(
            "Give the log's public key with --key: care-timeline checkpoint --public-key shows it."
        )
    try:
        found = open_checkpoint(file.read_text("utf-8"), [read_verifier_key(each) for each in said])
    except OSError as error:
        err.print(f"{file} cannot be read: {error.strerror}.", soft_wrap=True)
        raise typer.Exit(1) from None
    except (NoteRefused, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, NoteRefused) else "It is not text in UTF-8."
        err.print(f"{file} is not to be believed. {reason}", soft_wrap=True)
        raise typer.Exit(1) from None
    kind = LogKind.ACCESSES if found.origin.endswith(LogKind.ACCESSES.ending) else LogKind.EVENTS
    out.print(f"Good: {found.size:,} {kind.entries} of the log {found.origin}.", soft_wrap=True)


def _public_keys(system: "System", organization: "Organization", kind: "LogKind") -> str:
    from service.audit.errors import NotSigning

    if not system.signing_keys:
        raise NotSigning
    return "".join(f"{each.text}\n" for each in system.signing_keys.public(organization.organization_id, kind))


def _mail(system: "System", organization: "Organization", kept: "KeptCheckpoint", kind: "LogKind") -> str:
    keys = _public_keys(system, organization, kind) if system.signing_keys else ""
    return (
        f"A checkpoint of {kind.called} of {organization.name}, signed on {kept.signed_at:%d %B %Y at %H:%M} UTC: it"
        f" has {kept.checkpoint.size:,} {kind.entries}.\nPlease keep what stands between the two lines as it is, in a"
        " file of its own. With it you can check at any later time that none\nof those"
        f" {kind.entries} was changed or taken away.\n\n"
        f"-----8<-----\n{kept.cosigned_note}----->8-----\n\n"
        + (f"It is checked with the public key that you were given before; it should be\n{keys}" if keys else "")
    )
