"""The application for any ASGI server, such as uvicorn with our limits on what it reads.

uvicorn --factory service.serving.factory:app --http service.serving.http_protocol:HttpProtocol
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI

from service.api.app import create_app
from service.bootstrap import System
from service.runtime.logging_setup import configure_logging
from service.serving.opening import everything
from service.serving.tracing import Traces
from service.settings import Settings


def app() -> FastAPI:
    """The application with the settings of the environment.

    Its lifespan starts and stops all that it needs: the embedded PostgreSQL where one is used, and the projector, in
    the same process. With several workers of the server each brings a projector along; one works, the others wait.
    Metrics are not answered: that needs the process that starts the others.
    """
    settings = Settings()
    configure_logging(settings.log_level)
    traces = Traces.of(settings)

    @asynccontextmanager
    async def opened() -> AsyncIterator[System]:
        async with everything(settings) as system, traces.sending() if traces else nullcontext():
            yield system

    return create_app(opened, allowed_origins=settings.allowed_origins, tracer=traces.tracer if traces else None)
