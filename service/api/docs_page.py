"""The page that shows the API's description: Swagger UI from our own files, so that no other host is asked."""

from typing import Final

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_FILES: Final = "/docs/files"
_SAME_HOST_ONLY: Final = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self' 'unsafe-inline';"
    " style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def _page(_: Request) -> Response:
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="care-timeline",
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url=f"{_FILES}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None, "defaultModelsExpandDepth": 0, "displayRequestDuration": True},
    )
    page.headers["Content-Security-Policy"] = _SAME_HOST_ONLY
    return page


ROUTES: Final[list[BaseRoute]] = [
    Route("/docs", _page, name="docs"),
    Mount(_FILES, StaticFiles(packages=[("fastapi_offline", "static")])),
]
