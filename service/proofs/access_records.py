"""Checking the access records of an export: each is proved to stand in the log of accesses as the file says it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from service.proofs.access_leaf import access_leaf
from service.proofs.checkpoints import Checkpoint, open_checkpoint
from service.proofs.export_file import ExportRefused, Line
from service.proofs.export_lines import DoesNotHold, told
from service.proofs.merkle import check_inclusion, leaf_hash
from service.proofs.notes import VerifierKey, decoded

ENDING: Final = "/access"
"""How the name of a log of accesses ends: before it stands that of the log of events beside it."""


def check_access_records(
    checkpoint_line: Line,
    lines: Sequence[Line],
    about: Mapping[str, Any],
    organization_id: UUID,
    origin: str,
    keys: Iterable[VerifierKey],
) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The checkpoint of accesses, and the records, each of which is in it; that of the export itself is among them.

    `origin` is the name of the log of events, and `keys` are those of it: of the log of accesses they bear its name.
    Raises ExportRefused.
    """
    with told(checkpoint_line):
        note: str = checkpoint_line.said["note"]
        named = [each.under(f"{each.name}{ENDING}") for each in keys]
        checkpoint = open_checkpoint(note, named, origin=f"{origin}{ENDING}")
    before = None
    for line in lines:
        with told(line):
            record_id = UUID(line.said["record_id"])
            if before is not None and record_id <= before:
                raise DoesNotHold("it is not younger than the one above it")
            _check(line.said, organization_id, checkpoint)
            before = record_id
    if about.get("request_id") not in {line.said["request_id"] for line in lines}:
        raise ExportRefused("The access record of the export itself is missing.")
    return note, [line.said for line in lines]


def _check(said: Mapping[str, Any], organization_id: UUID, checkpoint: Checkpoint) -> None:
    leaf = access_leaf(organization_id, said)
    proof = [decoded(each, "A hash of the proof") for each in said["proof"]]
    check_inclusion(leaf_hash(leaf), said["entry"] - 1, checkpoint.size, proof, checkpoint.root)
