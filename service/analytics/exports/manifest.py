"""What an export is: which positions its rows are as of, whose pseudonyms they have, and the digest of each file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from analytics.safe_harbor import Standing

FILE: Final = "manifest.json"
"""The name of the file in which it stands."""


class AnonymityExported(BaseModel):
    """How many people share what outsiders may know of them: a class are those who share all of it."""

    model_config = ConfigDict(frozen=True)

    quasi_identifiers: Annotated[Sequence[str], Field(description="What was taken to be known of people already.")]
    people: Annotated[
        int, Field(description="How many clients were counted: all whose rows are told, or were told before `since`.")
    ]
    classes: int
    k: Annotated[int | None, Field(description="The number of people in the smallest class; null where nobody is.")]
    l: Annotated[  # noqa: E741 - l-diversity's own name
        Mapping[str, int | None],
        Field(
            description="For each thing that must not be learned of somebody, the smallest number of different values"
            " in a class; 1 where all people of a class have one in common."
        ),
    ]
    people_left_out: Annotated[int, Field(description="How many clients were in too small classes, and left out.")]


class OrganizationExported(BaseModel):
    """What of one organization is in an export."""

    model_config = ConfigDict(frozen=True)

    organization_id: UUID
    position: Annotated[int, Field(description="Of the last event that the rows reflect, of all views alike.")]
    moment: Annotated[datetime, Field(description="When that was recorded: by it rows are judged, as an age is.")]
    since: Annotated[
        int | None,
        Field(description="Rows are those of clients who changed since this position; null where it is of everybody."),
    ]
    projections: Annotated[Mapping[str, int], Field(description="The version of each projection behind the views.")]
    policy_adopted_at: Annotated[
        int | None,
        Field(description="At which position the policy was adopted that was the last by then; null for the defaults."),
    ]
    erased_clients: Annotated[
        int, Field(description="How many clients were erased so far: nothing of them is in it, whatever it is as of.")
    ]
    parked_clients: Annotated[
        int, Field(description="For how many clients a projection failed, so that rows are missing or behind.")
    ]
    anonymity: AnonymityExported
    rows: Annotated[Mapping[str, int], Field(description="How many rows each view has.")]


class FileExported(BaseModel):
    """A file of an export."""

    model_config = ConfigDict(frozen=True)

    path: str
    rows: int
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """All that an export says of itself. It tells no moment of making, so that the same export is the same bytes."""

    model_config = ConfigDict(frozen=True)

    format: str
    release: str = version("care-timeline")
    pseudonyms_of: Annotated[str, Field(description="Whose pseudonyms these are: an analyst's, or this export's own.")]
    dates_shifted: Annotated[bool, Field(description="Whether each client's dates are shifted by whole weeks.")]
    standing: Annotated[Standing, Field(description="What HIPAA takes these rows for (docs/de-identification.md).")]
    generalized: Annotated[
        int, Field(description="The rung on the ladder by which years of birth and the beginning of care are told.")
    ]
    organizations: Sequence[OrganizationExported]
    files: Sequence[FileExported]

    def text(self) -> str:
        """As it is written."""
        return self.model_dump_json(indent=2) + "\n"
