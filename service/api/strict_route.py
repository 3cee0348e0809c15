"""The route class of our routers: what FastAPI itself would let pass, and errors as problems.

Before the endpoint is called, the API key is checked and its requests are counted, so that nobody without a key, or who
sends too many, has a body read; the body is read strictly (request_body.py); and parameters that the endpoint does not
know, or that are given twice, are refused, since a misspelt `as_of` would answer another question. (A model of the
query would refuse them too; an endpoint without one would not.)

Dependencies are declared on endpoints or on their router, never where app.py includes it: those are not seen here.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.api.dependencies import authenticate, get_caller
from service.api.exception_handlers import problem_of
from service.api.field_errors import MOST_ERRORS, FieldError, shown
from service.api.problem import Problem
from service.api.problems import InvalidInput, MalformedHeader
from service.api.rate_limits import Left, RateLimits, too_many
from service.api.request_body import StrictRequest

_GIVEN_ONCE: Final = (
    b"authorization",
    b"host",
    b"if-match",
    b"if-none-match",
    b"idempotency-key",
    b"content-type",
    b"purpose-of-use",
    b"last-event-id",
)


class StrictRoute(APIRoute):
    """A route that reads requests strictly and answers errors as problems."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint's handler, with what stands around it."""
        answer = self.endpoint_handler()
        asked = list(_flat(self.dependant))
        scopes = _scopes(asked)
        parameters = frozenset(_query_parameters(asked))
        body = _form(self.body_field.field_info) if self.body_field else None

        async def answer_strictly(request: Request) -> Response:
            limits: RateLimits = request.app.state.rate_limits
            left: Left | None = None
            try:
                _refuse_repeated_headers(request)
                if scopes is not None:
                    caller = await authenticate(request, scopes)
                    left = limits.take(caller.subject_id)
                    if left and left.wait:
                        raise too_many(left)
                _refuse_unknown_parameters(request, parameters)
                response = await answer(StrictRequest(request.scope, request.receive, body) if body else request)
            except Exception as error:
                if isinstance(error.__cause__, ClientDisconnect):
                    raise error.__cause__ from None  # FastAPI makes a bad request of it
                problem = problem_of(error)
                if problem is None:
                    raise
                response = self.render(problem)
            if left:
                limits.say(response, left)
            return response

        return answer_strictly

    def endpoint_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler: it reads what the endpoint's signature asks for, and calls it."""
        return super().get_route_handler()

    def render(self, problem: Problem) -> Response:
        """The problem as this router's callers read it; FHIR and pages for people have forms of their own."""
        return problem.response()


def read_parameter(form: TypeAdapter[Any], said: str | None, where: tuple[str, str]) -> Any:
    """What a path or a header says, for routes that do without FastAPI. Raises RequestValidationError."""
    try:
        return form.validate_python(said)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": where} for each in error.errors()]) from None


def _form(body: FieldInfo) -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[body.annotation, body])  # type: ignore[arg-type]


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    """What the endpoint declares, and what its dependencies do."""
    yield dependant
    for each in dependant.dependencies:
        yield from _flat(each)


def _scopes(asked: Iterable[Dependant]) -> set[str] | None:
    """All scopes that the caller of the endpoint needs; None where anybody may call it."""
    callers = [each for each in asked if each.call is get_caller]
    found = [scopes for each in callers for scopes in (each.parent_oauth_scopes, each.own_oauth_scopes)]
    return {scope for scopes in found for scope in scopes or ()} if callers else None


def _query_parameters(asked: Iterable[Dependant]) -> Iterator[str]:
    for parameter in (parameter for each in asked for parameter in each.query_params):
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
        errors = errors[:MOST_ERRORS]
        raise InvalidInput("The query does not have the right form; see `errors`.", errors=errors)
