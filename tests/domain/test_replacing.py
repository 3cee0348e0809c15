"""Our `replace` does what that of dataclasses does."""

import dataclasses
from uuid import uuid4

from domain.replacing import replace
from domain.vocabulary.crisis import CrisisOutcome
from projections.postvention import CrisisEnd
from tests.builders import moment


def test_it_makes_what_the_library_makes_and_changes_nothing() -> None:
    end = CrisisEnd(uuid4(), moment("2026-03-10T18:00Z"), CrisisOutcome.AVOIDED_LAPSE)
    later = moment("2026-03-11T18:00Z")

    assert replace(end, at=later) == dataclasses.replace(end, at=later)
    assert end.at == moment("2026-03-10T18:00Z")
    assert replace(end) == end
