"""What an export is: which positions its rows are as of, whose pseudonyms they have, and the digest of each file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

FILE: Final = "manifest.json"
"""The name of the file in which it stands."""


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
    organizations: Sequence[OrganizationExported]
    files: Sequence[FileExported]

    def text(self) -> str:
        """As it is written."""
        return self.model_dump_json(indent=2) + "\n"
