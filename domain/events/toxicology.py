"""Toxicology: what was found in a specimen (R59)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, Part, RefersTo, StrictUUID
from domain.vocabulary.toxicology import Analyte, Finding, Specimen


class ToxicologyResult(Part):
    """One result. `confirmed` says whether a laboratory confirmed a screen; `expected` whether what is prescribed
    explains it, such as buprenorphine in its course; None where that is not known."""

    substance: Analyte
    """What was tested for."""
    result: Finding
    """What was found."""
    confirmed: bool | None = None
    """Whether a laboratory confirmed it; left out where not known."""
    expected: bool | None = None
    """Whether what is prescribed explains it; left out where not known."""


class ToxicologyResulted(Event):
    """A specimen was tested; it occurred when the specimen was taken (R59).

    `observed` says whether giving the specimen was observed. Results that were pending come with an event of their
    own, which names the earlier one in `completes`.
    """

    type: Literal["toxicology_resulted"] = "toxicology_resulted"
    specimen: Specimen = Specimen.URINE
    """What kind of specimen it was."""
    observed: bool | None = None
    """Whether giving the specimen was observed; left out where not known."""
    results: Annotated[tuple[ToxicologyResult, ...], Field(min_length=1)]
    """The results, by substance."""
    completes: Annotated[StrictUUID, RefersTo("toxicology_resulted")] | None = None
    """The earlier results that were pending."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
