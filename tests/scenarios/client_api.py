"""The stories are told through the Python client: what it sends is what they say, what it reads loses nothing."""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, get_type_hints
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from care_timeline_client import answer_of, connect, create_client_async, record_async
from care_timeline_client.rest import models
from projections.answers import Answer
from projections.projection import Projection
from samples.demo.api import CareApi, recording
from samples.demo.story import Step
from service.access.caller import KeyRole
from service.api.response_models import Receipt, RecordedEvents


class ClientApi(CareApi):
    """As the demonstration's, with a connection of the client for each of the team."""

    def __init__(self, http: httpx.AsyncClient, client_id: UUID, keys: Mapping[KeyRole, str]) -> None:
        super().__init__(http, client_id, keys)
        self._connections = {role: connect(str(http.base_url), key) for role, key in keys.items()}

    async def record(self, step: Step) -> Receipt:
        """Record a step with the key of the person who tells it; the first one creates the client."""
        event = models.EventToRecord.from_dict(recording(step.draft))
        connection = self._connections[step.by]
        if self.receipts:
            answer = await record_async(connection, self.client_id, event)
        else:
            answer = await create_client_async(connection, event, client_id=self.client_id)
        (receipt,) = RecordedEvents.model_validate_json(json.dumps(answer.to_dict())).events
        self.receipts.append(receipt)
        return receipt

    async def read(
        self, projection: Projection[Any], *, as_of: datetime | None = None, known_at: datetime | None = None
    ) -> Answer:
        """What a projection answers to the auditor, at two times."""
        name = projection.title.lower().replace(" ", "_")
        operation = import_module(f"care_timeline_client.rest.api.reading.read_{name}")
        asked = {time: moment for time, moment in (("as_of", as_of), ("known_at", known_at)) if moment}
        found = answer_of(
            await operation.asyncio(self.client_id, client=self._connections[KeyRole.AUDITOR], **asked)
        ).to_dict()
        answer: TypeAdapter[Answer] = TypeAdapter(get_type_hints(projection.view)["return"])
        return answer.validate_json(json.dumps(found[name]))

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            await connection.get_async_httpx_client().aclose()
