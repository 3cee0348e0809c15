"""From when on something is a signal of trouble ahead."""

from typing import Annotated, Literal

from pydantic import Field

from domain.policy.section import Positive, Section
from domain.vocabulary.crisis import RiskTier


class EarlyWarningPolicy(Section):
    """From when on something is a signal of trouble ahead (R49). Source: our choice, but for the screenings.

    Craving and mood are 0 to 10. A daily check-in is missed on a whole day without one. Steps of the recovery ladder
    count from `ladder_steps_from_days` on: the first ones follow so closely upon a return to use that the team is in
    touch anyway, and a signal each time would hide others.

    Screenings: 10 is the point from which a PHQ-9 (Kroenke 2001) and a GAD-7 (Spitzer 2006) call for a closer look.
    Of the C-SSRS any tier that is found is a signal: our choice, a wish to be dead is not left unseen. A BAM is flagged
    by its own sums, and item 9 of the PHQ-9 from 1 on (domain/instruments).
    """

    craving_at_least: Annotated[int, Field(ge=1, le=10)] = 7
    craving_rise: Annotated[int, Field(ge=1, le=10)] = 3
    craving_rise_within_check_ins: Annotated[int, Field(ge=2, le=30)] = 3
    mood_at_most: Annotated[int, Field(ge=0, le=9)] = 3
    missed_sessions_in_a_row: Positive = 2
    missed_daily_check_ins_in_a_row: Positive = 2
    trigger_within_days: Positive = 3
    ladder_step_within_days: Positive = 3
    ladder_steps_from_days: Positive = 30
    c_ssrs_from_tier: Literal[RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH] = RiskTier.LOW
    phq_9_at_least: Annotated[int, Field(ge=1, le=27)] = 10
    gad_7_at_least: Annotated[int, Field(ge=1, le=21)] = 10
