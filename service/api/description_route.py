"""The API's description, made once, with a tag: it is large, and changes only with the release."""

import json
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from service.api.responses import public_answer

PATH: Final = "/openapi.json"


async def _description(request: Request) -> Response:
    state = request.app.state
    body: bytes | None = getattr(state, "description", None)
    if body is None:
        body = state.description = json.dumps(request.app.openapi(), separators=(",", ":")).encode()
    return public_answer(body, request.headers.get("if-none-match"))


ROUTES: Final[list[BaseRoute]] = [Route(PATH, _description, name="description")]
