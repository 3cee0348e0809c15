"""The description of the API that FastAPI makes, completed by what it cannot know: problems and example answers."""

import json
from typing import Any, Final

from fastapi import FastAPI

from service.api.example_answers import example_answers
from service.api.import_models import ImportLine, ImportStanding, LineResult
from service.api.openapi_responses import components, headers, titled
from service.api.problem import ProblemDocument
from service.api.rate_limits import RATE_LIMIT_HEADERS
from service.api.responses import JSON
from service.api.webhook_calls import EXAMPLES

UNSEEN: Final = (ProblemDocument, ImportLine, LineResult, ImportStanding)
"""Models that FastAPI does not see: problems, and the lines of an import."""
_OF_EVERY_ANSWER: Final = {
    "X-Request-Id": "Names this request in the service's log: as it was sent (1 to 64 letters, digits, `_` or `-`), or"
    " made up."
}
_TO_A_KEY: Final = ("200", "201", "304", "429")


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
                    _add_headers(operation)
            for name, shown in EXAMPLES.items():
                (content,) = described["webhooks"][name]["post"]["requestBody"]["content"].values()
                content["examples"] = titled(shown)
            described["components"]["headers"] = headers(_OF_EVERY_ANSWER | RATE_LIMIT_HEADERS)
            self.openapi_schema = described
        return self.openapi_schema


def _add_example(operation: dict[str, Any]) -> None:
    example = example_answers().get(operation["operationId"])
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            if example and status.startswith("2") and "example" not in content:
                content["example"] = json.loads(example) if media_type == JSON else example.decode()


def _add_headers(operation: dict[str, Any]) -> None:
    """Headers that answers have whatever they say; those of a limit where a key is asked for and was good."""
    for status, answer in operation["responses"].items():
        names = list(_OF_EVERY_ANSWER)
        if "security" in operation and status in _TO_A_KEY:
            names += RATE_LIMIT_HEADERS
        answer.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in names})
