"""The short way to the endpoints that read a projection as it stands now, which most reads go.

FastAPI solves dependencies anew for each request, which costs more than making the answer (see recording_route.py). The
endpoint declares what it asks for as any other does, and is described and tested by that; the same annotations read it
here. What asks as of or as known at a moment goes FastAPI's way.
"""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from service.api.dependencies import CALLER, Purpose, get_access, get_system
from service.api.parameters import ClientId, KnownVersion, Moments
from service.api.strict_route import StrictRoute, read_parameter

_READ_HERE: Final = {"access", "system", "client_id", "asked", "known_version"}
_CLIENT_ID: Final[TypeAdapter[Any]] = TypeAdapter(ClientId)
_KNOWN_VERSION: Final[TypeAdapter[Any]] = TypeAdapter(KnownVersion)
_PURPOSE: Final[TypeAdapter[Any]] = TypeAdapter(Purpose)
_NOW: Final = Moments()


class ReadingRoute(StrictRoute):
    """Calls an endpoint that reads a projection with what FastAPI would call it with."""

    def endpoint_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Reads the path and the headers; the caller is known by then.

        Raises TypeError, as the application is made, for an endpoint that asks for anything else.
        """
        found = set(signature(self.endpoint).parameters), {each.call for each in self.dependant.dependencies}
        if found != (_READ_HERE, {get_access, get_system}):
            raise TypeError(f"{self.endpoint.__name__} asks for what ReadingRoute does not read; see its module.")
        by_fastapi = super().endpoint_handler()

        async def answer(request: Request) -> Response:
            if request.scope["query_string"]:
                return await by_fastapi(request)
            headers = request.headers
            purpose = read_parameter(_PURPOSE, headers.get("purpose-of-use"), ("header", "Purpose-Of-Use"))
            response: Response = await self.endpoint(
                access=await get_access(request, request.scope[CALLER], purpose),
                system=await get_system(request),
                client_id=read_parameter(_CLIENT_ID, request.path_params["client_id"], ("path", "client_id")),
                asked=_NOW,
                known_version=read_parameter(_KNOWN_VERSION, headers.get("if-none-match"), ("header", "If-None-Match")),
            )
            return response

        return answer
