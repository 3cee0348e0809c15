"""What every kind of problem means: public, so that the address in a problem's `type` explains it to anyone."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from service.api.operation import Documented, Operation
from service.api.problem import PATH, Problem
from service.api.problems import CATALOGUE, UnknownProblem
from service.api.responses import public_answer


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


async def list_problems(request: Request) -> Response:
    """Every kind of problem that an operation can answer, with its status and what to do about it."""
    return public_answer(ProblemKinds(problems=tuple(map(kind_of, CATALOGUE.values()))))


async def explain_problem(request: Request) -> Response:
    """One kind of problem: what it means and what to do about it."""
    problem = CATALOGUE.get(request.path_params["slug"])
    if problem is None:
        raise UnknownProblem("No problem goes by this name.")
    return public_answer(kind_of(problem))


OPERATIONS: Final = [
    Operation(
        method="GET",
        path=PATH,
        endpoint=list_problems,
        summary="List the kinds of problems",
        tag="Problems",
        answers={200: Documented(description="All kinds of problems.", model=ProblemKinds)},
    ),
    Operation(
        method="GET",
        path=f"{PATH}/{{slug}}",
        endpoint=explain_problem,
        summary="Explain a kind of problem",
        tag="Problems",
        answers={200: Documented(description="The kind of problem.", model=ProblemKind)},
        problems=(UnknownProblem,),
    ),
]
