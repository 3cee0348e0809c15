"""What every kind of problem means: public, so that the address in a problem's `type` explains it to anyone."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service.api.openapi_responses import DIGEST_TAG, answered, not_modified, problem_responses
from service.api.parameters import KnownVersion
from service.api.problem import PATH, Problem
from service.api.problems import CATALOGUE, InvalidInput, MalformedHeader, UnknownProblem
from service.api.responses import json_of, public_answer
from service.api.strict_route import StrictRoute

router = APIRouter(prefix=PATH, route_class=StrictRoute, tags=["Problems"])


class ProblemKind(BaseModel):
    """A kind of problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="Its address, as problems of this kind give it.")
    slug: str = Field(description="The last part of the address.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status that comes with it.")
    explanation: str = Field(description="What it means and what to do about it.")


class ProblemKinds(BaseModel):
    """Every kind of problem that this API answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    problems: tuple[ProblemKind, ...] = Field(description="The kinds, by status and name.")


def kind_of(problem: type[Problem]) -> ProblemKind:
    """What there is to say about this kind of problem."""
    return ProblemKind(
        type=problem.address(),
        slug=problem.slug,
        title=problem.title,
        status=problem.status.value,
        explanation=problem.explanation(),
    )


@router.get(
    "",
    summary="List the kinds of problems",
    response_model=ProblemKinds,
    responses={
        200: answered("All kinds of problems.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(InvalidInput, MalformedHeader),
    },
)
async def list_problems(known_tag: KnownVersion = None) -> Response:
    """Every kind of problem that an operation can answer, with its status and what to do about it."""
    return public_answer(json_of(ProblemKinds(problems=tuple(map(kind_of, CATALOGUE.values())))), known_tag)


@router.get(
    "/{slug}",
    summary="Explain a kind of problem",
    response_model=ProblemKind,
    responses={
        200: answered("The kind of problem.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(InvalidInput, MalformedHeader, UnknownProblem),
    },
)
async def explain_problem(
    slug: Annotated[
        str, Path(description="The last part of a problem's `type`.", pattern="^[a-z-]+$", examples=["refused"])
    ],
    known_tag: KnownVersion = None,
) -> Response:
    """One kind of problem: what it means and what to do about it."""
    problem = CATALOGUE.get(slug)
    if problem is None:
        raise UnknownProblem("No problem goes by this name.")
    return public_answer(json_of(kind_of(problem)), known_tag)
