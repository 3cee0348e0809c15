"""Figures as data, the same for the API and the command line."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from analytics.counting import By
from analytics.figures import Figure, Figures
from analytics.measures.catalogue import MEASURES
from analytics.measures.measure import Kind, Measure
from analytics.survival import Curve, Point
from service.analytics.figures import ToldFigures


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasureDefinition(_Told):
    """A measure, by its published definition."""

    name: str = Field(description="Its name.")
    title: str = Field(description="Its title.")
    version: int = Field(description="The version of its definition: figures of two versions are not compared.")
    kind: Kind = Field(description="What is made of its cases: a `share`, an `amount`, a `change`, or a `time`.")
    unit: str = Field(description="In what an amount, a change or a time is; `cases` for shares.")
    case: str = Field(description="What a case is.")
    numerator: str = Field(description="When a case counts, or what is taken of it.")
    denominator: str = Field(description="Which cases there are.")
    exclusions: str = Field(description="Which are left out.")
    period: str = Field(description="By which day a case belongs to a period.")
    source: str = Field(description="Who defines it so, and where it is our choice.")
    group: str | None = Field(description="By what cases are put into groups; null where they are not.")
    better: str | None = Field(description="Whether `higher` or `lower` is better; null where neither is.")

    @classmethod
    def of(cls, measure: Measure) -> Self:
        """The measure's definition."""
        return cls(**{name: getattr(measure, name) for name in cls.model_fields})


class MeasureDefinitions(_Told):
    """All measures."""

    measures: list[MeasureDefinition] = Field(description="In the order in which they are published.")

    @classmethod
    def all(cls) -> Self:
        """Of every measure."""
        return cls(measures=[MeasureDefinition.of(each) for each in MEASURES])


class CurvePoint(_Told):
    """For how many it had not happened yet by the end of a day."""

    day: int = Field(description="The day, from 0.")
    events: int = Field(description="To how many it happened since the point before, this day included.")
    remaining: int = Field(description="To how many it had not happened, of those who are seen for longer.")
    survival: float = Field(description="The share to which it had not happened (Kaplan–Meier).")
    lower: float | None = Field(description="The lower end of its interval of 95 %; null where there is none.")
    upper: float | None = Field(description="The upper end.")

    @classmethod
    def of(cls, point: Point) -> Self:
        """A point of a curve."""
        return cls(**{name: getattr(point, name) for name in cls.model_fields})


class CurveTold(_Told):
    """A curve, as far as it tells of enough people."""

    points: list[CurvePoint] = Field(description="By day, after day 0, on which the share is 1.")
    median: int | None = Field(description="The day by which it happened to half; null where that is not told.")
    median_lower: int | None = Field(description="The lower end of its interval of 95 %.")
    median_upper: int | None = Field(description="The upper end.")

    @classmethod
    def of(cls, curve: Curve) -> Self:
        """A curve."""
        median = curve.median
        return cls(
            points=[CurvePoint.of(each) for each in curve.points],
            median=median.days if median else None,
            median_lower=median.lower if median else None,
            median_upper=median.upper if median else None,
        )


class FigureTold(_Told):
    """What a measure tells of a period and group; what its kind does not have is null, as is what is hidden."""

    period: str = Field(description="The period, such as `2026-03`, `2026-Q1`, `2026` or `all`.")
    group: str | None = Field(description="The group; null for all groups.")
    hidden: bool = Field(description="Whether anything is hidden, to keep few people from being told of.")
    cases: int | None = Field(description="How many cases there are.")
    people: int | None = Field(description="How many clients are behind them.")
    met: int | None = Field(description="Of a share: how many cases met.")
    rest: int | None = Field(description="Of a share: how many did not.")
    share: float | None = Field(description="Of a share: `met` of `cases`.")
    lower_quartile: float | None = Field(description="Of an amount: a quarter of the cases is not above it.")
    median: float | None = Field(description="Of an amount: half of the cases is not above it.")
    upper_quartile: float | None = Field(description="Of an amount: three quarters of the cases are not above it.")
    mean: float | None = Field(description="Of a change: its mean.")
    up: int | None = Field(description="Of a change: in how many cases it went up.")
    down: int | None = Field(description="Of a change: in how many it went down.")
    same: int | None = Field(description="Of a change: in how many it stayed the same.")
    curve: CurveTold | None = Field(description="Of a time: for how many it had not happened yet, by days.")

    @classmethod
    def of(cls, figure: Figure) -> Self:
        """A figure."""
        own = ("cases", "people", "share", "lower_quartile", "median", "upper_quartile", "mean")
        return cls(
            period=figure.cell.period.name,
            group=figure.cell.group,
            hidden=figure.cases is None or None in figure.parts.values() or _ends_early(figure),
            **{name: getattr(figure, name) for name in own},
            **{name: figure.parts.get(name) for name in ("met", "rest", "up", "down", "same")},
            curve=CurveTold.of(figure.curve) if figure.curve else None,
        )


class MeasureTold(_Told):
    """A measure's figures."""

    measure: MeasureDefinition = Field(description="The definition by which they are made.")
    by: By = Field(
        description="By which periods they are told: longer ones than were asked for where a table of these would be"
        " too large to keep few people from being found in it."
    )
    smallest_cell: int = Field(description="Cells of fewer people are hidden (the policy's `[analytics]`).")
    figures: list[FigureTold] = Field(
        description="By period and group; those of all groups, and of all periods together, last. There is none where"
        " there was no case."
    )

    @classmethod
    def of(cls, told: Figures) -> Self:
        """The figures of a measure."""
        return cls(
            measure=MeasureDefinition.of(told.measure),
            by=told.by,
            smallest_cell=told.smallest,
            figures=[FigureTold.of(each) for each in told.figures],
        )


class MeasureAnswer(MeasureTold):
    """A measure's figures, and what they are as of."""

    position: int = Field(description="The position of your organization's log that the figures reflect.")
    moment: datetime = Field(description="The moment by which cases are judged: when the event there was recorded.")


class MeasuresTold(_Told):
    """Figures of measures, and what they are as of."""

    organization_id: UUID = Field(description="The organization whose clients they are about.")
    position: int = Field(description="The position in its log of the last event that they reflect.")
    moment: datetime = Field(description="The moment by which cases are judged: when that event was recorded.")
    policy: str = Field(description="By which policy: `adopted` ones, or `other`, for what would be by another.")
    measures: list[MeasureTold] = Field(description="The measures.")

    @classmethod
    def of(cls, told: ToldFigures, policy: str = "adopted") -> Self:
        """Figures as they are told."""
        return cls(
            organization_id=told.organization_id,
            position=told.position,
            moment=told.moment,
            policy=policy,
            measures=[MeasureTold.of(each) for each in told.measures],
        )


def _ends_early(figure: Figure) -> bool:
    return figure.curve is not None and None in figure.curve.at.values()
