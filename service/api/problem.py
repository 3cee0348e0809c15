"""What a problem is: an error answered as application/problem+json (RFC 9457).

A problem never shows an input's value, words about a client, or a key.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, ClassVar, Final
from uuid import UUID

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service.api.field_errors import FieldError

MEDIA_TYPE: Final = "application/problem+json"
PATH: Final = "/v1/problems"
RETRY_AFTER: Final = {"Retry-After": "Seconds to wait before the next attempt."}
"""What a problem says of the header that it comes with when waiting helps."""


class ProblemDocument(BaseModel):
    """An error, as every operation answers it (RFC 9457)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="The kind of problem; its address explains it.", examples=[f"{PATH}/refused"])
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What went wrong this time, and what to do about it.")
    errors: tuple[FieldError, ...] = Field(description="The fields concerned, each with the rule that it breaks.")
    missing_scope: str | None = Field(None, description="The scope that the key would need.")
    actual_version: int | None = Field(None, description="The version at which the timeline stands.")
    client_id: UUID | None = Field(None, description="The client who has the identifier.")
    merged_into: UUID | None = Field(None, description="The client with whom care goes on.")
    error_id: UUID | None = Field(None, description="What to look for in the service's log.")
    projection: str | None = Field(None, description="The projection that failed.")
    event_id: UUID | None = Field(None, description="The event at which it failed.")


class Problem(HTTPException):
    """An error that a caller can read; raised anywhere while a request is answered.

    An HTTPException, since FastAPI lets nothing else pass that is raised while a body is read.
    """

    status: ClassVar[HTTPStatus]
    slug: ClassVar[str]
    title: ClassVar[str]
    documented_headers: ClassVar[Mapping[str, str]] = {}
    """Headers that come with every problem of this kind, and what they say."""

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(self.status, detail, dict(headers or {}))
        self.document = ProblemDocument(
            type=self.address(),
            title=self.title,
            status=self.status.value,
            detail=detail,
            errors=tuple(errors),
            **members,
        )

    @classmethod
    def address(cls) -> str:
        """Where this kind of problem is explained."""
        return f"{PATH}/{cls.slug}"

    @classmethod
    def explanation(cls) -> str:
        """What this kind of problem means, and what to do about it."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def example(cls) -> dict[str, Any]:
        """How such a problem looks."""
        said = {"type": cls.address(), "title": cls.title, "status": cls.status.value}
        return {**said, "detail": cls.explanation().partition("\n\n")[0].replace("\n", " "), "errors": []}

    def response(self) -> Response:
        """The problem as it is answered."""
        content = self.document.model_dump_json(exclude_none=True)
        headers = {"Cache-Control": "no-store", **(self.headers or {})}
        return Response(content, self.status, headers, MEDIA_TYPE)
