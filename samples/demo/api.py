"""The service's HTTP API, as one client's circle of care uses it: each of the team with a key of their own."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from domain.entry import Draft
from projections.answers import Answer
from projections.projection import Projection
from samples.demo.story import Step
from service.access.caller import KeyRole
from service.api.response_models import Receipt, RecordedEvents


class CareApi:
    """Records a client's story and reads it back, over HTTP."""

    def __init__(self, http: httpx.AsyncClient, client_id: UUID, keys: Mapping[KeyRole, str]) -> None:
        self._http = http
        self._keys = keys
        self.client_id = client_id
        self.receipts: list[Receipt] = []
        """A receipt for each entry that was recorded, in order."""

    async def record(self, step: Step) -> Receipt:
        """Record a step with the key of the person who tells it; the first one creates the client."""
        body = recording(step.draft)
        if self.receipts:
            path = f"/v1/clients/{self.client_id}/events"
        else:
            path, body = "/v1/clients", {"client_id": str(self.client_id), "events": [body]}
        response = await self._http.post(path, json=body, headers=self._authorization(step.by))
        response.raise_for_status()
        (receipt,) = RecordedEvents.model_validate_json(response.content).events
        self.receipts.append(receipt)
        return receipt

    async def read(
        self, projection: Projection[Any], *, as_of: datetime | None = None, known_at: datetime | None = None
    ) -> Answer:
        """What a projection answers to the auditor, at two times."""
        name = projection.title.lower()
        asked = {"as_of": as_of, "known_at": known_at}
        response = await self._http.get(
            f"/v1/clients/{self.client_id}/{name.replace(' ', '-')}",
            params={time: moment.isoformat() for time, moment in asked.items() if moment},
            headers=self._authorization(KeyRole.AUDITOR),
        )
        response.raise_for_status()
        answer: TypeAdapter[Answer] = TypeAdapter(get_type_hints(projection.view)["return"])
        return answer.validate_json(json.dumps(response.json()[name.replace(" ", "_")]))

    def _authorization(self, role: KeyRole) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._keys[role]}"}


def recording(draft: Draft) -> dict[str, Any]:
    """The draft as the API takes it."""
    return {
        "id": str(draft.id),
        "occurred_at": draft.occurred_at.isoformat(),
        "precision": draft.precision.value,
        "source": draft.source,
        "event": draft.event.model_dump(mode="json", exclude_none=True),
    }
