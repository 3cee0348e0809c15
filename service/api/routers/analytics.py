"""What analysts ask: the views over all clients, whose rows name nobody, and the figures of measures."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from analytics.catalogue import VIEWS
from analytics.counting import By
from analytics.dictionary import DescribedView, described
from analytics.figures import Figures
from analytics.measures.catalogue import MEASURES
from service.analytics.exports.formats import Format
from service.analytics.exports.one_view import Exactly
from service.analytics.told_figures import MeasureAnswer, MeasureDefinitions, MeasureTold
from service.api import problems
from service.api.days import Day
from service.api.deadline import prolong
from service.api.dependencies import AnalyticsAccess, RunningSystem
from service.api.file_answer import FileAnswer
from service.api.openapi_responses import DIGEST_TAG, OF_A_READ, answered, not_modified, problem_responses
from service.api.parameters import IN_DIGITS, KnownVersion, true_or_false
from service.api.responses import PRIVATE, digest_answer
from service.api.strict_route import StrictRoute

FIGURE_SECONDS: Final = 60.0
"""So much longer figures may take: they are counted over all clients, and small cells looked for."""

EXPORT_SECONDS: Final = 600.0
"""So long an answer may take to be made (our choice): a view may have millions of rows."""

ARROW: Final = "application/vnd.apache.arrow.stream"
PARQUET: Final = "application/vnd.apache.parquet"
CSV: Final = "text/csv"

_FORMS: Final = {CSV: Format.CSV, ARROW: Format.ARROW, PARQUET: Format.PARQUET}
_SUFFIXES: Final = {CSV: "csv", ARROW: "arrows", PARQUET: "parquet"}
_VIEWS: Final = {view.name: view for view in VIEWS}
_MEASURES: Final = {measure.name: measure for measure in MEASURES}
_AS_OF: Final = {
    "Analytics-Position": "The position of your organization's log that the rows reflect.",
    "Analytics-Moment": "When the event there was recorded: by it rows are judged, as an age is.",
    "Analytics-Pseudonyms": "Whose pseudonyms these are: an analyst's, or this export's own.",
    "Analytics-K": "How many people at least share what outsiders may know of them.",
    "Analytics-Left-Out": "How many clients were left out since too few others share that with them.",
}
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}, "example": "(rows)"}
_ROWS: Final = {
    CSV: {"schema": {"type": "string"}, "example": "organization_id,client,kind\n…"},
    ARROW: _BINARY,
    PARQUET: _BINARY,
}

router = APIRouter(prefix="/v1/analytics", route_class=StrictRoute, tags=["Analytics"])


class Pseudonyms(StrEnum):
    """Whose pseudonyms an answer has."""

    ANSWER = "answer"
    OWN = "own"


class ColumnAnswer(BaseModel):
    """A column of a view."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Its name, which stays when a projection's version changes.")
    type: str = Field(description="Its type in PostgreSQL.")
    meaning: str = Field(description="What it says.")


class ViewAnswer(BaseModel):
    """A view."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Its name, as `GET /v1/analytics/views/{view}` has it.")
    meaning: str = Field(description="What a row is.")
    key: tuple[str, ...] = Field(description="The columns in whose order rows stand; together they differ.")
    month: str | None = Field(description="The column by whose month exports are divided; null where by none.")
    columns: tuple[ColumnAnswer, ...] = Field(description="Its columns, in order.")


class ViewsAnswer(BaseModel):
    """The data dictionary, and how far the rows have come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: int = Field(description="The position of your organization's log that the rows of all views reflect.")
    views: tuple[ViewAnswer, ...] = Field(description="The views.")


class RowsQuery(BaseModel):
    """Under which pseudonyms."""

    model_config = ConfigDict(frozen=True)

    pseudonyms: Annotated[
        Pseudonyms,
        Field(
            description="`answer`: of this answer alone, which fit no other. `own`: of the analyst by your key's name,"
            " the same in every view and whenever you ask; dates are shifted where that analyst sees them so."
        ),
    ] = Pseudonyms.ANSWER
    generalize: Annotated[
        int,
        Field(
            description="0: years of birth and dates as they are; 1: years of birth by fives, and of when care began no"
            " more than the quarter; 2: by tens, and no more than the year. Each client's dates are then moved back by"
            " whole weeks.",
            ge=0,
            le=2,
        ),
        IN_DIGITS,
    ] = 0
    leave_out_small_classes: Annotated[
        bool,
        BeforeValidator(true_or_false),
        Field(
            description="Whether to leave out clients who share with too few others what outsiders may know of them:"
            " true or false."
        ),
    ] = False


class FiguresQuery(BaseModel):
    """Which figures."""

    model_config = ConfigDict(frozen=True)

    by: Annotated[
        By, Field(description="By which periods: longer ones are answered where a table of these would be too large.")
    ] = By.QUARTER
    group: Annotated[str | None, Field(description="Only those of this group.", min_length=1, max_length=100)] = None
    first_day: Annotated[Day, Field(description="Only periods that begin on this day or later.")] = None
    last_day: Annotated[
        Day, Field(description="Only periods that end on this day or before; `all` lies in no bounds.")
    ] = None


ViewName = Annotated[str, Path(description="The view's name.", examples=["clients"])]
MeasureName = Annotated[str, Path(description="The measure's name.", examples=["retention_90"])]


@router.get(
    "/views",
    summary="Read what the views mean",
    response_model=ViewsAnswer,
    responses={
        200: answered("The views.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_READ, problems.RowsNotReady),
    },
)
async def list_views(access: AnalyticsAccess, system: RunningSystem, known_tag: KnownVersion = None) -> Response:
    """The data dictionary: each view with its columns and what they mean, and the position that their rows reflect."""
    position = await system.one_view.position(access)
    return digest_answer(views_answer(position, [described(view) for view in VIEWS]), known_tag)


@router.get(
    "/views/{view}",
    summary="Export a view",
    response_class=Response,
    responses={
        200: answered("The rows.", _AS_OF, content=_ROWS),
        **problem_responses(
            *OF_A_READ,
            problems.UnknownView,
            problems.NotAcceptable,
            problems.NoPseudonyms,
            problems.TooFewAlike,
            problems.RowsNotReady,
        ),
    },
)
async def export_view(
    access: AnalyticsAccess,
    system: RunningSystem,
    request: Request,
    view: ViewName,
    asked: Annotated[RowsQuery, Query()],
) -> Response:
    """All rows of a view without anybody's name: ids are pseudonyms.

    They are written as CSV, as Arrow's IPC stream or as Parquet, whichever the header `Accept` likes best, and as CSV
    without one. They are as of one position, which `Analytics-Position` names; two views fit together where theirs is
    the same, and so are the pseudonyms (`own`). Erased clients are not among them. Where fewer people than the policy's
    `[analytics] k` share what outsiders may know of them (year of birth, way into care, when care began, death) it is
    refused, unless that is told less exactly (`generalize`) or such people are left out: docs/de-identification.md.

    Typed columns, and what each means in the schema's metadata, are in Arrow and Parquet; docs/analytics-exports.md
    tells more. That you read it stands in the access records, which name nobody.
    """
    if view not in _VIEWS:
        raise problems.UnknownView("No view goes by this name; GET /v1/analytics/views lists them all.")
    media_type = _accepted(request.headers.get("accept", CSV))
    prolong(request, EXPORT_SECONDS)
    exactly = Exactly(asked.pseudonyms is Pseudonyms.OWN, asked.generalize, asked.leave_out_small_classes)
    rows = await system.one_view.make(access, _VIEWS[view], _FORMS[media_type], exactly)
    told = {
        "Analytics-Position": rows.said["position"],
        "Analytics-Moment": rows.said["moment"],
        "Analytics-Pseudonyms": rows.said["pseudonyms_of"],
        "Analytics-K": rows.said["k"],
        "Analytics-Left-Out": rows.said["people_left_out"],
        "Content-Disposition": f'attachment; filename="{view}.{_SUFFIXES[media_type]}"',
        "Vary": "Accept",
    }
    return FileAnswer(rows.file, rows.bytes, {**PRIVATE, **told}, media_type)


@router.get(
    "/measures",
    summary="Read how measures are defined",
    response_model=MeasureDefinitions,
    responses={
        200: answered("The definitions.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_READ),
    },
)
async def list_measures(access: AnalyticsAccess, known_tag: KnownVersion = None) -> Response:
    """Each measure with its definition: what a case is, when it counts, what is left out, and who defines it so."""
    return digest_answer(MeasureDefinitions.all(), known_tag)


@router.get(
    "/measures/{measure}",
    summary="Read the figures of a measure",
    response_model=MeasureAnswer,
    responses={
        200: answered("The figures.", DIGEST_TAG),
        **not_modified(DIGEST_TAG),
        **problem_responses(*OF_A_READ, problems.UnknownMeasure, problems.RowsNotReady, problems.FiguresNotInstalled),
    },
)
async def read_measure(
    access: AnalyticsAccess,
    system: RunningSystem,
    request: Request,
    measure: MeasureName,
    asked: Annotated[FiguresQuery, Query()],
    known_tag: KnownVersion = None,
) -> Response:
    """A measure's figures over your organization's clients, by period and group, and over all of each.

    Cells of fewer people than `smallest_cell` are hidden, and with them those from which they could be found by adding
    and subtracting: the same ones, whichever periods and groups you ask for. docs/analytics-measures.md tells more.
    """
    if measure not in _MEASURES:
        raise problems.UnknownMeasure("No measure goes by this name; GET /v1/analytics/measures lists them all.")
    prolong(request, FIGURE_SECONDS)
    told = await system.measure_figures.make(access, [_MEASURES[measure]], asked.by)
    (figures,) = told.measures
    figures = figures.within(asked.first_day, asked.last_day)
    figures = figures.of_group(asked.group) if asked.group else figures
    return digest_answer(measure_answer(told.position, told.moment, figures), known_tag)


def measure_answer(position: int, moment: datetime, figures: Figures) -> MeasureAnswer:
    """These figures, as of a position and its moment."""
    return MeasureAnswer(
        **{name: getattr(MeasureTold.of(figures), name) for name in MeasureTold.model_fields},
        position=position,
        moment=moment,
    )


def views_answer(position: int, views: Sequence[DescribedView]) -> ViewsAnswer:
    """What is told of these views."""
    told = [
        ViewAnswer(**{**each._asdict(), "columns": tuple(ColumnAnswer(**one._asdict()) for one in each.columns)})
        for each in views
    ]
    return ViewsAnswer(position=position, views=tuple(told))


def _accepted(accept: str) -> str:
    """The form that the caller likes best. Raises NotAcceptable."""
    ranges = [each.partition(";") for each in accept.split(",")]
    wanted = [(_quality(rest), name.strip().lower()) for name, _, rest in ranges]
    for quality, name in sorted(wanted, key=lambda each: -each[0]):
        if quality and name in _FORMS:
            return name
        if quality and name in {"*/*", "text/*"}:
            return CSV
    raise problems.NotAcceptable(f"The rows are written as {', '.join(_FORMS)}.")


def _quality(parameters: str) -> float:
    for each in parameters.split(";"):
        name, _, value = each.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
