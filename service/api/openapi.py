"""The description of the API, as /openapi.json gives it."""

import json
from collections.abc import Mapping
from typing import Any

from service.api.operation import SECURITY
from service.api.schemas import components


def describe(paths: dict[str, Any], examples: Mapping[str, bytes]) -> dict[str, Any]:
    """The description that FastAPI makes of the routes, completed by schemas, security and example answers."""
    for operations in paths["paths"].values():
        for operation in operations.values():
            _add_example(operation, examples)
    security = {"type": "http", "scheme": "bearer", "description": "An API key, made by whoever runs the service."}
    return {**paths, "components": {"schemas": components(), "securitySchemes": {SECURITY: security}}}


def _add_example(operation: dict[str, Any], examples: Mapping[str, bytes]) -> None:
    example = examples.get(operation["operationId"])
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if example and content and status.startswith("2"):
            content["example"] = json.loads(example)
