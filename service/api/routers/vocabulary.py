"""The coded lists: public, so that other systems can map their own terms before they have a key."""

from functools import cache

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from domain.vocabulary.terms import Term, lists_of_terms
from service.api.openapi_responses import DIGEST_TAG, answered, not_modified, problem_responses
from service.api.parameters import KnownVersion
from service.api.problems import InvalidInput, MalformedHeader
from service.api.responses import json_of, public_answer
from service.api.strict_route import StrictRoute

router = APIRouter(prefix="/v1/vocabulary", route_class=StrictRoute, tags=["Vocabulary"])


class StandardCode(BaseModel):
    """A code of a standard of the field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field(description="The standard's own system of codes, by the URI that FHIR gives it.")
    code: str = Field(description="The code there.")


class CodedTerm(BaseModel):
    """A term of a coded list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    term: str = Field(description="The term as events and answers have it.")
    display: str = Field(description="The same for people to read.")
    meaning: str = Field(description="What it means, in one sentence.")
    codes: tuple[StandardCode, ...] = Field(
        description="Codes that mean the same in the standards; none where no standard has it."
    )


class CodedList(BaseModel):
    """A closed list of terms, from which a field takes its value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="The list's name: that of its schema here and of its `$defs` in JSON Schemas.")
    description: str = Field(description="What the list is of, and what is to be said of single terms.")
    terms: tuple[CodedTerm, ...] = Field(description="Its terms, in the order in which they are declared.")


class Vocabulary(BaseModel):
    """Every coded list of this API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: tuple[CodedList, ...] = Field(description="The lists, by name.")


def coded_list(terms: type[Term]) -> CodedList:
    """What there is to say about this list."""
    return CodedList(
        name=terms.__name__,
        description=terms.description(),
        terms=tuple(
            CodedTerm(
                term=term,
                display=term.display,
                meaning=term.meaning,
                codes=tuple(StandardCode(system=code.system, code=code.code) for code in term.codes),
            )
            for term in terms
        ),
    )


@cache
def _vocabulary() -> bytes:
    return json_of(Vocabulary(lists=tuple(map(coded_list, lists_of_terms()))))


@router.get(
    "",
    summary="List the coded terms",
    response_model=Vocabulary,
    responses={
        200: answered("Every coded list with its terms.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(InvalidInput, MalformedHeader),
    },
)
async def read_vocabulary(known_tag: KnownVersion = None) -> Response:
    """Every coded list with its terms, what each means in a sentence, and their codes in the standards of the field,
    such as ICD-10-CM and RxNorm.

    It changes with the release alone. Needs no key.
    """
    return public_answer(_vocabulary(), known_tag)
