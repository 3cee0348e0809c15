"""Exports on disk: checked, and shown event by event."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.cli.errors import CommandFailed
from service.proofs.export_check import CheckedExport, check_export, check_goes_on
from service.proofs.export_file import ExportRefused, read_head
from service.proofs.notes import NoteRefused, read_verifier_key

_NOT_SAID = ("part", "proof", "body", "body_digest", "key_id")


def read_checked(file: Path, said_keys: Sequence[str], since: Path | None = None) -> CheckedExport:
    """The export in the file, in which everything must hold. Raises CommandFailed."""
    try:
        keys = [read_verifier_key(each) for each in said_keys]
    except NoteRefused as error:
        raise CommandFailed(f"The key that was given is not one. {error}") from None
    try:
        found = check_export(_bytes(file), keys)
        if since is not None:
            check_goes_on(read_head(_bytes(since), keys), found)
    except ExportRefused as error:
        raise CommandFailed(f"{file} is not to be believed. {error}") from None
    return found


def shown(export: CheckedExport) -> Iterator[str]:
    """Each event as a line of JSON: its header and, where the file has the key, what it says."""
    for each in export.events:
        header = {name: value for name, value in each.said.items() if name not in _NOT_SAID}
        says = None if each.plaintext is None else json.loads(each.plaintext)
        yield json.dumps({**header, "says": says}, ensure_ascii=False)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}.") from None
