"""What the API's description says of answers beside their models: headers, and every problem that may come."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from service.api.disclosure_headers import DISCLOSURE_HEADERS
from service.api.problem import MEDIA_TYPE, Problem, ProblemDocument
from service.api.problems import (
    AccessNotRecorded,
    BodyTooLarge,
    DatabaseUnavailable,
    DeadlineExceeded,
    HeadsDiffer,
    InvalidInput,
    IssuerUnavailable,
    KeyNeeded,
    MalformedBody,
    MalformedHeader,
    NoLegalGround,
    NotConsented,
    Restricted,
    RoleMissing,
    RoleNotAllowed,
    ScopeMissing,
    Stopping,
    TooManyRequests,
    TooManyWrongKeys,
    Unexpected,
    UnsupportedMediaType,
)

Responses = dict[int | str, dict[str, Any]]

OF_A_CALLER: Final = (
    KeyNeeded,
    ScopeMissing,
    RoleNotAllowed,
    RoleMissing,
    TooManyRequests,
    TooManyWrongKeys,
    IssuerUnavailable,
)
"""The problems of everything that needs a key or token."""

OF_A_CALL: Final = (*OF_A_CALLER, DatabaseUnavailable, DeadlineExceeded, InvalidInput, MalformedHeader)
"""The problems of every call with one."""

OF_A_READ: Final = (*OF_A_CALL, NoLegalGround, NotConsented, Restricted, AccessNotRecorded)
"""The problems of every read of a client."""

WITH_A_BODY: Final = (MalformedBody, BodyTooLarge, UnsupportedMediaType)
"""The problems of everything that takes a body, beside others."""

OF_A_RECORDING: Final = (*OF_A_CALL, HeadsDiffer, *WITH_A_BODY)
"""The problems of everything that records."""

VERSION_HEADER: Final = {
    "ETag": "The version of the timeline that this answer knows of, of a projection with a digest; fit for If-Match."
}

READ_HEADERS: Final = VERSION_HEADER | DISCLOSURE_HEADERS
"""The headers of every read of one client that another organization may be allowed."""

LIST_TAG: Final = {
    "ETag": "The position that the page reflects, and a digest of all that it says but `as_of`; for If-None-Match."
}
DIGEST_TAG: Final = {"ETag": "A digest of the answer, for If-None-Match."}


def answered(description: str, told: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """What is said of an answer that is no problem, and of its headers."""
    described = {"description": description, **more}
    return {**described, "headers": headers(told)} if told else described


def problem_responses(*kinds: type[Problem]) -> Responses:
    """The answers, by status, that tell of these problems, of one that nobody foresaw, or of a service that stops."""
    possible: set[type[Problem]] = {Unexpected, Stopping, *kinds}
    by_status = sorted(possible, key=lambda problem: (problem.status, problem.slug))
    return {
        status.value: _same_status(list(group))
        for status, group in groupby(by_status, key=lambda problem: problem.status)
    }


def _same_status(kinds: list[type[Problem]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": "; ".join(f"[{problem.title}]({problem.address()})" for problem in kinds),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"},
                "examples": {problem.slug: {"value": problem.example()} for problem in kinds},
            }
        },
    }
    told = {name: text for problem in kinds for name, text in problem.documented_headers.items()}
    return {**described, "headers": headers(told)} if told else described


def headers(told: Mapping[str, str]) -> dict[str, Any]:
    """Headers of an answer, by what is told of each."""
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in told.items()}


def titled(examples: Mapping[str, Any]) -> dict[str, Any]:
    """Examples of a body by their titles, as OpenAPI has them."""
    return {title: {"value": value} for title, value in examples.items()}


def lines_of(*models: type[Any]) -> dict[str, Any]:
    """What each line of a streamed body is, for `x-itemSchema`: OpenAPI 3.2 has `itemSchema`, 3.1 nothing for it."""
    references = [{"$ref": f"#/components/schemas/{model.__name__}"} for model in models]
    return references[0] if len(references) == 1 else {"anyOf": references}


def components(models: Iterable[type[Any]]) -> dict[str, Any]:
    """The schemas of these models, and of what they are made of, by name."""
    found: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {}) | {model.__name__: schema}
    return found


def not_modified(told: Mapping[str, str]) -> Responses:
    """That the caller has the answer already, with the headers that it has in common with the answer."""
    return {304: answered("You have this answer already.", told)}


NOT_MODIFIED: Final = not_modified(READ_HEADERS)
