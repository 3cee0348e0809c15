"""Every number of care, with its source. An organization adopts its own from a TOML file, which is checked."""

import tomllib
from datetime import datetime, timedelta

from pydantic import ValidationError

from domain.policy.analytics import AnalyticsPolicy
from domain.policy.crises import (
    CaringContactsPolicy,
    CrisisCardPolicy,
    CrisisPolicy,
    OverdoseDangerPolicy,
    PostventionPolicy,
    ScreeningPolicy,
)
from domain.policy.early_warning import EarlyWarningPolicy
from domain.policy.handoffs import BarriersPolicy, HandoffsPolicy, ReferralsPolicy
from domain.policy.milestones import MilestonesPolicy
from domain.policy.organization import (
    ClientAccessPolicy,
    CorrectionsPolicy,
    DisclosuresPolicy,
    ErasurePolicy,
    RecordingPolicy,
    UnusualAccessPolicy,
    WorkingDaysPolicy,
)
from domain.policy.plan import IntakePolicy, NextStepsPolicy, PlanPolicy
from domain.policy.section import Section
from domain.vocabulary.crisis import RiskTier


class Policy(Section):
    """All numbers. The defaults are those of the table in the care documentation."""

    recording: RecordingPolicy = RecordingPolicy()
    intake: IntakePolicy = IntakePolicy()
    crisis: CrisisPolicy = CrisisPolicy()
    overdose_danger: OverdoseDangerPolicy = OverdoseDangerPolicy()
    screening: ScreeningPolicy = ScreeningPolicy()
    handoffs: HandoffsPolicy = HandoffsPolicy()
    barriers: BarriersPolicy = BarriersPolicy()
    referrals: ReferralsPolicy = ReferralsPolicy()
    postvention: PostventionPolicy = PostventionPolicy()
    caring_contacts: CaringContactsPolicy = CaringContactsPolicy()
    milestones: MilestonesPolicy = MilestonesPolicy()
    plan: PlanPolicy = PlanPolicy()
    early_warning: EarlyWarningPolicy = EarlyWarningPolicy()
    working_days: WorkingDaysPolicy = WorkingDaysPolicy()
    next_steps: NextStepsPolicy = NextStepsPolicy()
    crisis_card: CrisisCardPolicy = CrisisCardPolicy()
    corrections: CorrectionsPolicy = CorrectionsPolicy()
    client_access: ClientAccessPolicy = ClientAccessPolicy()
    disclosures: DisclosuresPolicy = DisclosuresPolicy()
    erasure: ErasurePolicy = ErasurePolicy()
    unusual_access: UnusualAccessPolicy = UnusualAccessPolicy()
    analytics: AnalyticsPolicy = AnalyticsPolicy()

    def in_time_zone(self, time_zone: str) -> "Policy":
        """The same numbers for an organization that lives in that time zone."""
        working_days = self.working_days.model_copy(update={"time_zone": time_zone})
        return self.model_copy(update={"working_days": working_days})

    def for_entry(self, _: object) -> "Policy":
        """These numbers, whatever the entry: what applies where one policy has always been in force."""
        return self

    def review_due_at(self, crisis_at: datetime, tier: RiskTier) -> datetime:
        """By when a crisis in which that tier cannot be excluded has to be reviewed (R44); unknown counts as high."""
        high, otherwise = self.postvention.review_within_hours_high, self.postvention.review_within_hours_otherwise
        soon = tier in {RiskTier.HIGH, RiskTier.UNKNOWN}
        return crisis_at + timedelta(hours=high if soon else otherwise)


class PolicyInvalid(ValueError):
    """The policy file cannot be used; the message names each setting and what is wrong with it."""


def policy_from_toml(text: str) -> Policy:
    """A policy from a TOML text; what it leaves out keeps its default. Raises PolicyInvalid."""
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyInvalid(f"not a TOML file: {error}") from error
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise PolicyInvalid("; ".join(problems)) from error
