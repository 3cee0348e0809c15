"""The numbers of milestones."""

from typing import Annotated

from pydantic import Field, model_validator

from domain.policy.section import Positive, Section
from domain.vocabulary.substances import Substance


class MilestonesPolicy(Section):
    """The recovery ladder in days and then each anniversary by the calendar, and the bands of abstinence.

    Source: convention, 90 in S1. The bands, from 3 and from 12 months, are ours: they are made of days alone and say
    nothing of remission, which DSM-5 measures by criteria (Hasin 2013). `years_ahead` is how far ahead the projection's
    rows look. `not_in_overall` lists the substances whose use leaves the overall days as they are: nicotine, our
    choice, since recovery from alcohol or drugs is commonly counted apart from smoking. `use_before_intake_days` is
    how long use had gone on at an intake that tells of use in most weeks and not since when: TEDS asks for the month
    before admission, so at least that month.
    """

    ladder_days: Annotated[tuple[Positive, ...], Field(min_length=1)] = (1, 7, 30, 60, 90, 180)
    years_ahead: Annotated[int, Field(gt=0, le=100)] = 10
    early_abstinence_months: Positive = 3
    lasting_abstinence_months: Positive = 12
    not_in_overall: frozenset[Substance] = frozenset({Substance.NICOTINE})
    use_before_intake_days: Positive = 30

    @model_validator(mode="after")
    def _rising(self) -> "MilestonesPolicy":
        if list(self.ladder_days) != sorted(set(self.ladder_days)):
            raise ValueError("ladder_days must rise from one step to the next")
        if self.early_abstinence_months >= self.lasting_abstinence_months:
            raise ValueError("lasting_abstinence_months must be more than early_abstinence_months")
        return self
