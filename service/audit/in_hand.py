"""Checkpoints in hand: from files that somebody kept, or the last ones in the folder outside of the database."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from service.audit.anchors import AnchorFolder
from service.audit.client_head_check import HeldHead
from service.audit.log_kinds import LogKind
from service.audit.signing_keys import SigningKeys
from service.audit.tree_check import Held
from service.proofs.checkpoints import open_checkpoint, read_checkpoint
from service.proofs.client_head import said_origin
from service.proofs.export_file import read_head
from service.proofs.notes import MOST_BYTES, NoteRefused, VerifierKey


def read_held(file: Path, public_keys: Sequence[VerifierKey], signing_keys: SigningKeys) -> tuple[UUID, Held]:
    """The checkpoint in a file, signed with one of the keys, and of whose log it is. Raises NoteRefused, OSError.

    A key of a log of events is good for the log of accesses beside it.
    """
    try:
        note = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise NoteRefused("It is not text in UTF-8.") from None
    origin = read_checkpoint(note).origin
    of_accesses = [each.under(f"{each.name}{LogKind.ACCESSES.ending}") for each in public_keys]
    checkpoint = open_checkpoint(note, [*public_keys, *of_accesses, *signing_keys.named(origin)])
    return _organization(origin, signing_keys), Held(checkpoint, f"the checkpoint in {file}")


def read_held_head(file: Path, public_keys: Sequence[VerifierKey], signing_keys: SigningKeys) -> tuple[UUID, HeldHead]:
    """The client's head in a file, be it an export's, and of whose log it is.

    Raises NoteRefused, ExportRefused, OSError.
    """
    raw = file.read_bytes()
    origin = said_origin(raw[:MOST_BYTES].decode(errors="replace"))
    head = read_head(raw, [*public_keys, *signing_keys.named(origin)] if origin else public_keys)
    return _organization(head.origin, signing_keys), HeldHead(head, f"the head in {file}")


async def last_anchored(folder: Path, accesses: Path, keys: SigningKeys, organization_id: UUID) -> list[Held]:
    """The last checkpoints of a log and of its accesses in the folders for these. Raises AnchorsUnreadable."""
    held = []
    for place, kind in ((folder, LogKind.EVENTS), (accesses, LogKind.ACCESSES)):
        origin = keys.origin(organization_id, kind)
        found = await AnchorFolder(place).last(organization_id, keys.named(origin), origin)
        held += [Held(found, f"the last checkpoint in {place}")] if found else []
    return held


def _organization(origin: str, signing_keys: SigningKeys) -> UUID:
    """Of whose log the name is. Raises NoteRefused."""
    try:
        return signing_keys.organization_of(origin)
    except ValueError:
        raise NoteRefused(f"{origin} is not the name of a log of care-timeline.") from None


def organizations_in(folder: Path) -> list[UUID]:
    """The organizations of whose logs the folder has checkpoints."""
    found = []
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            found.append(UUID(each.name))
        except ValueError:
            continue
    return found
