"""What the sections of a policy have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, field_serializer

Positive = Annotated[int, Field(gt=0, le=100_000)]
"""A count of hours, days or the like; no rule of care looks further ahead than the calendar reaches."""

PhoneNumber = Annotated[
    str, Field(min_length=3, max_length=40, pattern=r"^\+?[0-9(][0-9 ().-]*[0-9]( ext\. [0-9]{1,6})?$")
]
"""A number that a person dials, such as (312) 555-0142 or +1 312 555 0142 ext. 3."""


class Section(BaseModel):
    """Numbers that belong together; names that nobody knows are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_serializer("*", mode="wrap")
    def _in_order(self, value: Any, serialize: SerializerFunctionWrapHandler) -> Any:
        """Sets in one order: their own changes from process to process, and what is recorded must not."""
        return sorted(serialize(value)) if isinstance(value, frozenset) else serialize(value)
