"""What is the same for every line of an export that is checked: how what is wrong is told, and how moments are read."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from service.proofs.export_file import ExportRefused, Line
from service.proofs.merkle import ProofRefused
from service.proofs.notes import NoteRefused

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class DoesNotHold(Exception):
    """What is wrong with a line, of which the message does not quote anything."""


def microseconds(moment: str) -> int:
    """A moment in ISO 8601 with its zone, as microseconds since 1970. Raises ValueError."""
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(microseconds=1)


@contextmanager
def told(line: Line) -> Iterator[None]:
    """Whatever does not hold, told with the line's place. An error that might quote the line is not told itself."""
    try:
        yield
    except (NoteRefused, ProofRefused) as error:
        raise ExportRefused(f"{line.place}: {error}") from None
    except DoesNotHold as error:
        raise ExportRefused(f"{line.place} does not hold: {error}.") from None
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, struct.error):
        raise ExportRefused(f"{line.place} is not written as an export's is.") from None
