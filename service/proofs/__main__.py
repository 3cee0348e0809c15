"""`python -m service.proofs FILE KEY…` checks an export with Python and `cryptography` alone."""

import sys
from pathlib import Path

from service.proofs.export_check import DOES_NOT_PROVE, check_export
from service.proofs.export_file import ExportRefused
from service.proofs.notes import NoteRefused, read_verifier_key

if __name__ == "__main__":
    file, *said = sys.argv[1:]
    try:
        found = check_export(Path(file).read_bytes(), map(read_verifier_key, said))
    except (ExportRefused, NoteRefused) as error:
        sys.exit(f"{file} is not to be believed. {error}")
    sys.stdout.write(f"{found.summary}\nWhat it does not prove: {DOES_NOT_PROVE}\n")
