"""The route class of our routers: what FastAPI itself would let pass, and errors as problems.

Before the endpoint is called, the API key is checked, so that nobody without one has a body read; the body is read
strictly (request_body.py); and parameters that the endpoint does not know, or that are given twice, are refused, since
a misspelt `as_of` would answer another question.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from starlette.requests import Request
from starlette.responses import Response

from service.api.dependencies import authenticate, get_caller
from service.api.exception_handlers import problem_of
from service.api.field_errors import FieldError, shown
from service.api.problem import Problem
from service.api.problems import InvalidInput, MalformedHeader
from service.api.request_body import StrictRequest

_GIVEN_ONCE: Final = (b"authorization", b"host", b"if-match", b"if-none-match", b"idempotency-key", b"content-type")


class StrictRoute(APIRoute):
    """A route that reads requests strictly and answers errors as problems."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint's handler, with what stands around it."""
        answer = self.endpoint_handler()
        scopes = _scopes(self.dependant)
        parameters = frozenset(_query_parameters(self.dependant))
        body = _form(self.body_field.field_info) if self.body_field else None

        async def answer_strictly(request: Request) -> Response:
            try:
                _refuse_repeated_headers(request)
                if scopes is not None:
                    await authenticate(request, scopes)
                _refuse_unknown_parameters(request, parameters)
                return await answer(StrictRequest(request.scope, request.receive, body) if body else request)
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
                return self.render(problem)

        return answer_strictly

    def endpoint_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler: it reads what the endpoint's signature asks for, and calls it."""
        return super().get_route_handler()

    def render(self, problem: Problem) -> Response:
        """The problem as this router's callers read it; FHIR and pages for people have forms of their own."""
        return problem.response()


def _form(body: FieldInfo) -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[body.annotation, body])  # type: ignore[arg-type]


def _scopes(dependant: Dependant) -> list[str] | None:
    """The scopes that the caller of the endpoint needs; None where anybody may call it."""
    return next((each.own_oauth_scopes or [] for each in dependant.dependencies if each.call is get_caller), None)


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        form = parameter.field_info.annotation
        if isinstance(form, type) and issubclass(form, BaseModel):
            yield from form.model_fields
        else:
            yield parameter.alias


def _refuse_repeated_headers(request: Request) -> None:
    names = [name for name, _ in request.headers.raw]
    if len(names) == len(set(names)):
        return
    repeated = [str(name, "ascii").title() for name in _GIVEN_ONCE if names.count(name) > 1]
    if repeated:
        errors = [FieldError(field=name, rule="header_once", message="Give this header once.") for name in repeated]
        raise MalformedHeader("A header is given twice; see `errors`.", errors=errors)


def _refuse_unknown_parameters(request: Request, known: Iterable[str]) -> None:
    query: bytes = request.scope["query_string"]
    if not query:
        return
    counted = Counter(name for name, _ in parse_qsl(str(query, "latin-1"), keep_blank_values=True))
    errors = [
        FieldError(field=shown(name), rule="parameter_once", message="Give this parameter once.")
        for name, count in counted.items()
        if count > 1
    ] + [
        FieldError(field=shown(name), rule="extra_forbidden", message="There is no such parameter here; leave it out.")
        for name in counted
        if name not in known
    ]
    if errors:
        raise InvalidInput("The query does not have the right form; see `errors`.", errors=errors)
