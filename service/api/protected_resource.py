"""Where clients of OAuth 2.0 learn who makes tokens for this service (RFC 9728), before they have one."""

import json
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from service.access.protected_resource import WELL_KNOWN
from service.api.responses import public_answer
from service.bootstrap import System


async def _metadata(request: Request) -> Response:
    system: System = request.app.state.system
    resource = system.authentication.resource
    if resource is None or request.url.path not in {WELL_KNOWN, resource.path}:
        raise HTTPException(404)
    return public_answer(json.dumps(resource.metadata).encode(), request.headers.get("if-none-match"))


ROUTES: Final[list[BaseRoute]] = [Route(WELL_KNOWN + "{path:path}", _metadata, name="protected_resource")]
