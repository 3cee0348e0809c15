"""The page that shows the API's description: Swagger UI from our own files, so that no other host is asked.

FastAPI's own page starts Swagger UI from a script inside the page, which a strict Content-Security-Policy forbids.
This one holds no script and no style: what starts it is a file like the others, and the browser runs ours alone.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_FILES: Final = "/docs/files"
_START: Final = "/docs/start.js"

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self';"
    " style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_PAGE: Final = f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>care-timeline</title>
<link rel="stylesheet" href="{_FILES}/swagger-ui.css">
<link rel="icon" href="{_FILES}/favicon.png">
<div id="swagger-ui"></div>
<script src="{_FILES}/swagger-ui-bundle.js"></script>
<script src="{_START}"></script>
</html>
"""

_STARTING: Final = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
"""


async def _page(_: Request) -> Response:
    return HTMLResponse(_PAGE, headers=_HEADERS)


async def _start(_: Request) -> Response:
    return Response(_STARTING, headers=_HEADERS, media_type="text/javascript")


ROUTES: Final[list[BaseRoute]] = [
    Route("/docs", _page, name="docs"),
    Route(_START, _start, name="start_docs"),
    Mount(_FILES, StaticFiles(packages=[("fastapi_offline", "static")])),
]
