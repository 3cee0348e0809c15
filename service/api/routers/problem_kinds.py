"""What every kind of problem means: public, so that the address in a problem's `type` explains it to anyone."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from service.api.openapi_responses import problem_responses
from service.api.problem import PATH, Problem
from service.api.problems import CATALOGUE, InvalidInput, UnknownProblem
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
    response_description="All kinds of problems.",
    responses=problem_responses(),
)
async def list_problems() -> ProblemKinds:
    """Every kind of problem that an operation can answer, with its status and what to do about it."""
    return ProblemKinds(problems=tuple(map(kind_of, CATALOGUE.values())))


@router.get(
    "/{slug}",
    summary="Explain a kind of problem",
    response_description="The kind of problem.",
    responses=problem_responses(InvalidInput, UnknownProblem),
)
async def explain_problem(
    slug: Annotated[str, Path(description="The last part of a problem's `type`.", pattern="^[a-z-]+$")],
) -> ProblemKind:
    """One kind of problem: what it means and what to do about it."""
    problem = CATALOGUE.get(slug)
    if problem is None:
        raise UnknownProblem("No problem goes by this name.")
    return kind_of(problem)
