"""Toxicology: what was found in a specimen (R59)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, Part, RefersTo, StrictUUID
from domain.vocabulary.toxicology import Analyte, Finding, Specimen


class ToxicologyResult(Part):
    """One result. `confirmed` says whether a laboratory confirmed a screen; `expected` whether what is prescribed
    explains it, such as buprenorphine in its course; None where that is not known."""

    substance: Analyte
    result: Finding
    confirmed: bool | None = None
    expected: bool | None = None


class ToxicologyResulted(Event):
    """A specimen was tested; it occurred when the specimen was taken (R59).

    `observed` says whether giving the specimen was observed. Results that were pending come with an event of their
    own, which names the earlier one in `completes`.
    """

    type: Literal["toxicology_resulted"] = "toxicology_resulted"
    specimen: Specimen = Specimen.URINE
    observed: bool | None = None
    results: Annotated[tuple[ToxicologyResult, ...], Field(min_length=1)]
    completes: Annotated[StrictUUID, RefersTo("toxicology_resulted")] | None = None
    note: FreeText | None = None
