"""The short way to the endpoint that records events, which most requests go.

FastAPI solves dependencies anew for each request, and spends more on that than the endpoint on recording: 410 µs of
processor time a request with it, 270 this way (docs/decisions/0012). The endpoint declares what it asks for as
any other does, and is described and tested by that; the same annotations read it here.
"""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from service.api.dependencies import CALLER, get_recording_access, get_system
from service.api.parameters import ClientId, ExpectedVersion, IdempotencyKey
from service.api.strict_route import StrictRoute, read_parameter

_READ_HERE: Final = {"access", "system", "client_id", "sent", "expected_version", "idempotency_key"}
_CLIENT_ID: Final[TypeAdapter[Any]] = TypeAdapter(ClientId)
_EXPECTED_VERSION: Final[TypeAdapter[Any]] = TypeAdapter(ExpectedVersion)
_IDEMPOTENCY_KEY: Final[TypeAdapter[Any]] = TypeAdapter(IdempotencyKey)


class RecordingRoute(StrictRoute):
    """Calls `record_events` with what FastAPI would call it with."""

    def endpoint_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Reads the body, the path and the headers; the caller is known by then.

        Raises TypeError, as the application is made, for an endpoint that asks for anything else.
        """
        found = set(signature(self.endpoint).parameters), {each.call for each in self.dependant.dependencies}
        if found != (_READ_HERE, {get_recording_access, get_system}):
            raise TypeError(f"{self.endpoint.__name__} asks for what RecordingRoute does not read; see its module.")

        async def answer(request: Request) -> Response:
            await request.body()
            headers = request.headers
            response: Response = await self.endpoint(
                access=await get_recording_access(request, request.scope[CALLER]),
                system=await get_system(request),
                client_id=read_parameter(_CLIENT_ID, request.path_params["client_id"], ("path", "client_id")),
                sent=await request.json(),
                expected_version=read_parameter(_EXPECTED_VERSION, headers.get("if-match"), ("header", "If-Match")),
                idempotency_key=read_parameter(
                    _IDEMPOTENCY_KEY, headers.get("idempotency-key"), ("header", "Idempotency-Key")
                ),
            )
            return response

        return answer
