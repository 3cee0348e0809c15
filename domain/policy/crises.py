"""The numbers of crises, of suicide risk and of the danger of overdose."""

from typing import Annotated

from pydantic import Field, model_validator

from domain.policy.section import PhoneNumber, Positive, Section


class CrisisPolicy(Section):
    """Follow-up after a crisis. Source: 988 follow-up practice; S1; HEDIS FUA and FUI (7 and 30 days).

    The first contact is owed even when the crisis has passed; at high tier, or where that cannot be excluded, so are
    those `kept_at_high_tier_hours` after it. A client with whom contact was lost is to be found within hours. Source
    of both: our choice, a crisis that was called over after minutes is not known to be over the next morning.
    """

    contact_within_hours: Annotated[tuple[Positive, ...], Field(min_length=1)] = (24, 72, 168, 720)
    kept_at_high_tier_hours: tuple[Positive, ...] = (168,)
    attempts_before_not_reached: Positive = 3
    find_client_within_hours: Positive = 24

    @model_validator(mode="after")
    def _rising(self) -> "CrisisPolicy":
        if list(self.contact_within_hours) != sorted(set(self.contact_within_hours)):
            raise ValueError("contact_within_hours must rise from one follow-up to the next")
        return self


class OverdoseDangerPolicy(Section):
    """By when naloxone and a crisis card are in the client's hands once overdose is a danger, and after how many days
    without opioids tolerance counts as lost (R32).

    Source: no published numbers, our choice. Of people released from prison most deaths by overdose fall into the
    first two weeks (Binswanger 2007), so that two weeks without are taken to be enough.
    """

    naloxone_within_hours: Positive = 24
    crisis_card_within_hours: Positive = 24
    tolerance_lost_after_days: Positive = 14


class ScreeningPolicy(Section):
    """When a C-SSRS is due after item 9 of a PHQ-9 was answered with 1 or more, or after an overdose that was meant,
    and within how many days the client is contacted after a C-SSRS outside a crisis, by the tier of risk.

    Source: the same day (care.md); the least time, for what is found late in the evening, is our choice, as for an
    urgent handoff. Contact by tier: SPiER.
    """

    suicide_screening_at_least_hours: Positive = 4
    contact_within_days_high: Positive = 7
    contact_within_days_moderate: Positive = 14
    contact_within_days_low: Positive = 30

    @model_validator(mode="after")
    def _sooner_at_higher_tier(self) -> "ScreeningPolicy":
        if not self.contact_within_days_high <= self.contact_within_days_moderate <= self.contact_within_days_low:
            raise ValueError("contact_within_days_* must not be longer at a higher tier")
        return self


class PostventionPolicy(Section):
    """When a crisis must be reviewed (R44), and by when what the review asks for is settled.

    Source: no published number, our choice: a change that has waited two weeks has missed the next trigger.
    """

    review_within_hours_high: Positive = 72
    review_within_hours_otherwise: Positive = 168
    adjustments_within_days: Positive = 14


class CaringContactsPolicy(Section):
    """Short messages that ask for nothing, after a crisis with thoughts of suicide or of high tier has passed: after
    so many days, then months. Source: caringcontacts.info.
    """

    days: tuple[Positive, ...] = (1,)
    months: tuple[Annotated[int, Field(gt=0, le=120)], ...] = (1, 2, 3, 4, 6, 8, 10, 12)

    @model_validator(mode="after")
    def _rising(self) -> "CaringContactsPolicy":
        for name, numbers in (("days", self.days), ("months", self.months)):
            if list(numbers) != sorted(set(numbers)):
                raise ValueError(f"{name} must rise from one caring contact to the next")
        if self.days and self.months and self.days[-1] >= 28 * self.months[0]:
            raise ValueError("days must lie before the first of the months")
        return self


class CrisisCardPolicy(Section):
    """What the crisis card says beside 988 and the client's own plan (R41). Source: S1.

    The line that the organization answers after hours is a number that care depends on, and of each organization its
    own: so it is adopted with the policy. Where none is adopted, the card leaves room to write one.
    """

    after_hours_line: PhoneNumber | None = None
