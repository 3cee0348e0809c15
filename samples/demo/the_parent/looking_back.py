"""The review of the crisis, and how the plan carries out what it asks for."""

from domain.events.plan import CadenceSet, InterventionPlanned, PlanAgreed
from domain.events.postvention import Adjustment, AdjustmentSettled, PostventionReviewed
from domain.events.referrals import ReferralMade, ReferralScheduled
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, Period
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from domain.vocabulary.referrals import Service
from samples.demo.cast import CASE_MANAGER, COUNSELOR
from samples.demo.story import Chapter, Step, StoryWriter


def review(writer: StoryWriter) -> Chapter:
    return Chapter(
        "review",
        "Looking back at the crisis, together",
        "Within three days Renee and the team sit down together: what worked, what did not, and what has to change.",
        (
            writer.step(
                "crisis_review",
                COUNSELOR,
                32,
                "09:30",
                PostventionReviewed(
                    crisis=writer.id("crisis"),
                    reviewed_by=(Role.COUNSELOR, Role.PEER, Role.PRESCRIBER, Role.CLIENT),
                    what_worked="She wrote herself, and somebody came. Naloxone was there before noon.",
                    what_did_not="Two evenings of bad sleep and a craving of 8, and nobody put them together.",
                    adjustments=(
                        Adjustment(
                            kind=AdjustmentKind.TIGHTER_EARLY_WARNING,
                            what="Two nights under four hours, and Ana calls the next morning",
                        ),
                        Adjustment(kind=AdjustmentKind.ADDRESS_PAIN, what="Physical therapy from next week"),
                        Adjustment(kind=AdjustmentKind.MORE_SESSIONS_FOR_A_WHILE, what="Weekly for two months"),
                    ),
                ),
                "the review: three things that will change",
            ),
            writer.step(
                "plan_3",
                COUNSELOR,
                29,
                "15:10",
                PlanAgreed(
                    summary="Medication, mornings after bad nights, and physical therapy twice a week.",
                    agreed_by=(Role.CLIENT, Role.COUNSELOR, Role.PEER, Role.CASE_MANAGER),
                    because_of=(writer.id("crisis_review"),),
                ),
                "version 3 carries the review out",
            ),
            *_carrying_out_the_review(writer),
        ),
    )


def _carrying_out_the_review(writer: StoryWriter) -> tuple[Step, ...]:
    """What changes because of the review: a call after bad nights, and sessions every week for two months."""
    because_of = (writer.id("crisis_review"),)
    call = InterventionPlanned(
        strand=CareStrand.COUNSELING, what="A call from Ana after two bad nights", because_of=because_of
    )
    weekly = CadenceSet(
        kind=CadenceKind.SESSION,
        times=1,
        per=Period.WEEK,
        by=Role.COUNSELOR,
        until=writer.day(-30),
        because_of=because_of,
    )
    return (
        writer.step("call_after_bad_nights", COUNSELOR, 29, "15:15", call, "a call after two bad nights"),
        writer.step("weekly_for_two_months", COUNSELOR, 29, "15:15", weekly, "every week, for two months"),
        *_to_physical_therapy(writer),
        _settled(writer, 1, "call_after_bad_nights", "the review's first change is carried out"),
        _settled(writer, 2, "plan_3", "physical therapy is in the plan"),
        _settled(writer, 3, "weekly_for_two_months", "and so is the third"),
    )


def _to_physical_therapy(writer: StoryWriter) -> tuple[Step, ...]:
    """A referral, and its answer: the first appointment."""
    asked = ReferralMade(
        service=Service.PHYSICAL_THERAPY,
        to_party="Northside Physical Therapy",
        made_by=Role.CASE_MANAGER,
        reason="Knee ten weeks after the operation; pain drives the nights.",
    )
    expected = ReferralScheduled(referral=writer.id("physical_therapy"), scheduled_on=writer.day(25))
    return (
        writer.step("physical_therapy", CASE_MANAGER, 29, "15:16", asked, "Priya asks for physical therapy"),
        writer.step("physical_therapy_booked", CASE_MANAGER, 29, "15:18", expected, "they expect her in four days"),
    )


def _settled(writer: StoryWriter, number: int, by: str, told: str) -> Step:
    """One change that the review asked for was carried out by the step of that name."""
    event = AdjustmentSettled(
        review=writer.id("crisis_review"), number=number, how=Settlement.CARRIED_OUT, by=writer.id(by)
    )
    return writer.step(f"adjustment_{number}", COUNSELOR, 29, "15:20", event, told)
