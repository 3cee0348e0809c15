"""Verifying an organization's record, and what the projections made of it, with progress."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from service.audit.client_head_check import HeldHead
from service.audit.errors import AnchorsUnreadable
from service.audit.in_hand import last_anchored, organizations_in, read_held, read_held_head
from service.audit.tree_check import Held
from service.bootstrap import System, access_checkpoint_folder, checkpoint_folder
from service.cli.console import err, out
from service.cli.errors import CommandFailed
from service.cli.progress import progress_of
from service.doctor import database
from service.log.consistency import log_end
from service.log.organizations import Organization
from service.proofs.export_file import ExportRefused
from service.proofs.notes import NoteRefused, VerifierKey, read_verifier_key

T = TypeVar("T")

NOT_TOLD: Final = (
    "What no check can tell: what was changed before it was in a checkpoint, which takes a minute, and what was written"
    " anew with both the signing key and the key-encryption keys. Keep checkpoints where nobody here can change them."
)
"""What passes unseen, to be told to whoever asks."""

_MOST_TOLD: Final = 50


def read_checkpoints(system: System, files: Sequence[Path], keys: Sequence[str]) -> Mapping[UUID, list[Held]]:
    """The checkpoints in files, by the organization of whose log they are. Raises CommandFailed."""
    return _read(files, keys, lambda file, known: read_held(file, known, system.signing_keys))


def read_heads(system: System, files: Sequence[Path], keys: Sequence[str]) -> Mapping[UUID, list[HeldHead]]:
    """The clients' heads in files, likewise. Raises CommandFailed."""
    return _read(files, keys, lambda file, known: read_held_head(file, known, system.signing_keys))


def _read(
    files: Sequence[Path], keys: Sequence[str], read: Callable[[Path, list[VerifierKey]], tuple[UUID, T]]
) -> Mapping[UUID, list[T]]:
    held: dict[UUID, list[T]] = {}
    for file in files:
        try:
            organization_id, found = read(file, [read_verifier_key(each) for each in keys])
        except OSError as error:
            raise CommandFailed(f"{file} cannot be read: {error.strerror}.") from error
        except (NoteRefused, ExportRefused) as error:
            raise CommandFailed(f"{file} is not to be believed. {error}") from error
        held.setdefault(organization_id, []).append(found)
    return held


async def last_in_folders(system: System, organization_id: UUID) -> list[Held]:
    """The last checkpoints that were put down outside of the database. Raises CommandFailed."""
    folder, accesses = checkpoint_folder(system.settings), access_checkpoint_folder(system.settings)
    if folder is None or accesses is None:
        return []
    try:
        return await last_anchored(folder, accesses, system.signing_keys, organization_id)
    except AnchorsUnreadable as error:
        raise CommandFailed(str(error)) from error


async def in_hand(system: System, organization_id: UUID, files: Sequence[Held]) -> list[Held]:
    """The checkpoints in files, and the last ones in the folders unless they are the same. Raises CommandFailed."""
    there = {each.checkpoint for each in files}
    anchored = await last_in_folders(system, organization_id)
    return [*files, *(each for each in anchored if each.checkpoint not in there)]


def require_meant(known: Sequence[Organization], meant: Sequence[Organization], in_hand: Iterable[UUID]) -> None:
    """Raises CommandFailed where what is in hand is of an organization that is there and is not to be checked."""
    left_out = {each.organization_id: each.name for each in known if each not in meant}
    if named := [left_out[each] for each in in_hand if each in left_out]:
        raise CommandFailed(
            f"What is in hand is of {', '.join(sorted(named))} too, and --organization leaves that out: nothing was"
            " checked."
        )


def gone(system: System, known: Sequence[Organization], in_hand: Iterable[UUID]) -> bool:
    """Tell of organizations that have checkpoints outside of the database and are not in it; whether there are any.

    `in_hand` are those of whose logs something was signed that is in hand.
    """
    folder = checkpoint_folder(system.settings)
    signed = {*in_hand, *(organizations_in(folder) if folder else ())} - {each.organization_id for each in known}
    for organization_id in sorted(signed):
        out.print(
            f"There is no organization {organization_id} any more, of whose log a checkpoint was signed: it was taken"
            " away whole; restore the latest backup there is.",
            style="red",
            soft_wrap=True,
        )
    return bool(signed)


async def guards(system: System) -> bool:
    """Tell which triggers, policies and grants that guard the record are not as declared; whether all are."""
    checks = [await database.isolation(system.pool), await database.catalogue(system.pool)]
    for check in checks:
        if not check.good:
            out.print(check.said, style="red", soft_wrap=True)
    return all(check.good for check in checks)


async def verify(
    system: System, organization: Organization, in_hand: Sequence[Held], heads: Sequence[HeldHead] = ()
) -> bool:
    """Check the record, and tell what does not fit; whether all does."""
    with progress_of("events") as progress:
        task = progress.add_task("Verifying", total=await log_end(system.store, organization.organization_id))
        verified = await system.verifier.verify(
            organization.organization_id,
            in_hand,
            heads,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
        progress.update(task, completed=verified.events)
    for finding in verified.findings[:_MOST_TOLD]:
        _tell(organization.name, finding.position, finding.what)
    if len(verified.findings) > _MOST_TOLD:
        _tell(organization.name, None, f"and {len(verified.findings) - _MOST_TOLD:,} more findings in its log")
    for what in verified.beside:
        _tell(organization.name, None, what)
    if not in_hand and not heads:
        err.print(f"{organization.name}: no checkpoint in hand, only those that the database keeps.", soft_wrap=True)
    signed = f" The first {verified.up_to:,} are those of a checkpoint." if verified.up_to else ""
    if verified.findings:
        _end(organization.name, f"{verified.events:,} events, {len(verified.findings):,} do not fit.")
    else:
        erased = ""
        if verified.erased:
            whom = (
                "1 client who was" if verified.erased_clients == 1 else f"{verified.erased_clients:,} clients who were"
            )
            erased = f", but for {verified.erased:,} of {whom} erased"
        apart = f" Of {verified.apart:,} counseling notes this copy has the headers alone." if verified.apart else ""
        _end(organization.name, f"{verified.events:,} events, all as they were recorded{erased}.{apart}{signed}")
    return verified.intact


async def compare(system: System, organization: Organization) -> bool:
    """Compare the projections with fresh folds, and tell what differs; whether nothing does."""
    with progress_of("clients") as progress:
        total = len(await system.comparison.clients(organization.organization_id))
        task = progress.add_task("Comparing", total=total)
        compared = await system.comparison.compare(
            organization.organization_id, progress=lambda done: progress.update(task, completed=done)
        )
        progress.update(task, completed=total)
    for each in compared.differences:
        _tell(f"{organization.name}, {each.build}", each.position, each.what)
    said = f"projections of {compared.clients:,} clients, "
    said += f"{len(compared.differences)} differ" if compared.differences else "all as a fresh fold makes them"
    if compared.left_out:
        said += f"; {compared.left_out:,} left out, whose clients were erased or whose projection failed"
    _end(organization.name, f"{said}.")
    return not compared.differences


def _tell(where: str, position: int | None, what: str) -> None:
    place = "" if position is None else f", position {position}"
    out.print(f"{where}{place}: {what}.", style="red", soft_wrap=True)


def _end(name: str, said: str) -> None:
    out.print(f"{name}: {said}", soft_wrap=True)
