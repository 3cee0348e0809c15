"""Bodies: read once, within bounds, strictly."""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.types import Receive, Scope

from service.api.field_errors import FieldError
from service.api.input_errors import input_errors
from service.api.problem import Problem
from service.api.problems import BodyTooLarge, InvalidInput, MalformedBody, UnsupportedMediaType
from service.api.strict_json import errors_in

MOST_BYTES: Final = 1_000_000
"""What is read of a body."""

MOST_BYTES_HEARD: Final = 20_000_000
"""What is heard of a larger one and dropped: answered while it is still being sent, the caller's network would
break the connection off, and the answer would be lost with it."""


class StrictRequest(Request):
    """A request whose body must have exactly one meaning, in the form that its endpoint asks for."""

    def __init__(self, scope: Scope, receive: Receive, model: TypeAdapter[Any]) -> None:
        super().__init__(scope, receive)
        self._model = model
        self._raw: bytes | None = None

    async def body(self) -> bytes:
        """The bytes of the body. Raises UnsupportedMediaType, BodyTooLarge, MalformedBody."""
        if self._raw is not None:
            return self._raw
        require_utf8(self, "application/json")
        raw = await _bytes(self)
        errors = errors_in(raw)
        if errors:
            raise MalformedBody("The body cannot be read as JSON with exactly one meaning.", errors=errors)
        self._raw = raw
        return raw

    async def json(self) -> Any:
        """What the body says, as the endpoint's own model: from JSON pydantic can be strict, from Python's dicts it
        would have to take a text for a number. Raises InvalidInput.
        """
        try:
            return self._model.validate_json(await self.body())
        except ValidationError as error:
            errors = input_errors(error)
        raise InvalidInput("The body does not have the right form; see `errors`.", errors=errors)


def require_utf8(request: Request, media_type: str) -> None:
    """Check that the headers promise this media type, in UTF-8 and as it is. Raises UnsupportedMediaType."""
    said = request.headers.get("content-type", "")
    kind, _, parameters = said.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != media_type or charset not in {"", "utf-8"}:
        raise _unsupported(media_type, "Content-Type", "json_in_utf8", f"Send {media_type}, in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported(media_type, "Content-Encoding", "not_compressed", "Send the body as it is, not compressed.")


def _unsupported(media_type: str, header: str, rule: str, message: str) -> Problem:
    errors = [FieldError(field=header, rule=rule, message=message)]
    detail = f"The body has to be {media_type}."
    return UnsupportedMediaType(detail, errors=errors, headers={"Accept-Post": media_type})


async def _bytes(request: Request) -> bytes:
    kept = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MOST_BYTES:
            kept.append(chunk)
        elif size > MOST_BYTES_HEARD:
            raise _too_large({"Connection": "close"})
    if size > MOST_BYTES:
        raise _too_large({})
    return b"".join(kept)


def _too_large(headers: dict[str, str]) -> Problem:
    message = f"Send {MOST_BYTES:,} bytes at most; put the events into smaller lists."
    errors = [FieldError(field="", rule="at_most_1_mb", message=message)]
    return BodyTooLarge("The body is larger than 1 MB.", errors=errors, headers=headers)
