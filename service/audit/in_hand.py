"""Checkpoints in hand: from files that somebody kept, or the last ones in the folder outside of the database."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from service.audit.anchors import AnchorFolder
from service.audit.log_kinds import LogKind
from service.audit.signing_keys import SigningKeys
from service.audit.tree_check import Held
from service.proofs.checkpoints import open_checkpoint, read_checkpoint
from service.proofs.notes import NoteRefused, VerifierKey


def read_held(file: Path, public_keys: Sequence[VerifierKey], signing_keys: SigningKeys) -> tuple[UUID, Held]:
    """The checkpoint in a file, signed with one of the keys, and of whose log it is. Raises NoteRefused, OSError."""
    try:
        note = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise NoteRefused("It is not text in UTF-8.") from None
    origin = read_checkpoint(note).origin
    checkpoint = open_checkpoint(note, [*public_keys, *signing_keys.named(origin)])
    try:
        organization_id = signing_keys.organization_of(origin)
    except ValueError:
        raise NoteRefused(f"{origin} is not the name of a log of care-timeline.") from None
    return organization_id, Held(checkpoint, f"the checkpoint in {file}")


async def last_anchored(folder: Path, accesses: Path, keys: SigningKeys, organization_id: UUID) -> list[Held]:
    """The last checkpoints of a log and of its accesses in the folders for these. Raises AnchorsUnreadable."""
    held = []
    for place, kind in ((folder, LogKind.EVENTS), (accesses, LogKind.ACCESSES)):
        origin = keys.origin(organization_id, kind)
        found = await AnchorFolder(place).last(organization_id, keys.named(origin), origin)
        held += [Held(found, f"the last checkpoint in {place}")] if found else []
    return held


def organizations_in(folder: Path) -> list[UUID]:
    """The organizations of whose logs the folder has checkpoints."""
    found = []
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            found.append(UUID(each.name))
        except ValueError:
            continue
    return found
