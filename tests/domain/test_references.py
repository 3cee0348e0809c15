"""Every field marked as a reference is checked, whether it may be left out, must be there or holds several."""

from domain.events.catalogue import EVENT_TYPES


def test_citations_order_nothing_and_everything_else_answers() -> None:
    cited = {
        f"{event_type}.{field}"
        for event_type, event_class in EVENT_TYPES.items()
        for field, mark in event_class.references().items()
        if mark.cites
    }

    reasons = {name for name in cited if name.endswith(".because_of")}
    assert reasons >= {"plan_agreed.because_of", "cadence_set.because_of", "appointment_made.because_of"}
    assert cited - reasons == {
        "adjustment_settled.by",
        "barrier_resolved.referral",
        "client_merged_into.merge",
        "crisis_card_issued.consent",
        "crisis_card_issued.safety_plan",
        "disclosure_made.allowed_by",
        "harm_reduction_provided.consent",
        "overdose_recorded.crisis",
        "referral_made.barrier",
        "safety_plan_written.crisis",
    }


def test_every_kind_of_reference_is_known() -> None:
    fields = {
        f"{event_type}.{field}" for event_type, event_class in EVENT_TYPES.items() for field in event_class.references()
    }

    assert fields >= {
        "crisis_resolved.crisis",
        "crisis_contact_recorded.continues",
        "outreach_made.crisis",
        "milestone_celebrated.goal",
    }
    assert fields >= {"safety_plan_written.crisis", "plan_agreed.because_of", "entry_corrected.entry"}
