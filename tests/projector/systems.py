"""Systems over a database of the tests, each as a process of its own would have it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.bootstrap import Addresses, System, connected
from service.database.embedded import DatabaseUrls
from tests.system import settings_for


@asynccontextmanager
async def system_of(
    database: DatabaseUrls, projections: Sequence[Projection[Any]] = PROJECTIONS, *, signs: bool = True
) -> AsyncIterator[System]:
    """A system with these projections. One that signs looks at every log once when it starts."""
    settings = settings_for(database, Path("unused"))
    if not signs:
        settings = settings.model_copy(update={"signing_keys": None})
    async with connected(settings, Addresses(database.app, database.owner), projections) as system:
        yield system
