"""The description of the API that FastAPI makes, completed by what it cannot know: problems and example answers."""

import json
from typing import Any, Final

from fastapi import FastAPI

from service.api.example_answers import example_answers
from service.api.import_models import ImportLine, ImportStanding, LineResult
from service.api.openapi_responses import components
from service.api.problem import ProblemDocument
from service.api.responses import JSON

UNSEEN: Final = (ProblemDocument, ImportLine, LineResult, ImportStanding)
"""Models that FastAPI does not see: problems, and the lines of an import."""


class Api(FastAPI):
    """FastAPI, whose description has examples of what is answered, and the schema of problems."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            described = super().openapi()
            self.openapi_schema = None  # FastAPI has kept it already, and it is not complete yet
            schemas = described["components"]["schemas"]
            # Events are described already: a line of an import is made of the same.
            schemas |= {name: each for name, each in components(UNSEEN).items() if name not in schemas}
            for operations in described["paths"].values():
                for operation in operations.values():
                    _add_example(operation)
            self.openapi_schema = described
        return self.openapi_schema


def _add_example(operation: dict[str, Any]) -> None:
    example = example_answers().get(operation["operationId"])
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            if example and status.startswith("2"):
                content["example"] = json.loads(example) if media_type == JSON else example.decode()
