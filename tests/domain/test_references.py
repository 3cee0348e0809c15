"""Every field marked as a reference is checked, whether it may be left out, must be there or holds several."""

from domain.events.catalogue import EVENT_TYPES


def test_citations_order_nothing_and_everything_else_answers() -> None:
    cited = {
        f"{event_type}.{field}"
        for event_type, event_class in EVENT_TYPES.items()
        for field, mark in event_class.references().items()
        if mark.cites
    }

    assert cited == {
        "plan_agreed.because_of",
        "safety_plan_written.crisis",
        "barrier_resolved.referral",
        "referral_made.barrier",
    }


def test_every_kind_of_reference_is_known() -> None:
    fields = {
        f"{event_type}.{field}" for event_type, event_class in EVENT_TYPES.items() for field in event_class.references()
    }

    assert fields >= {"crisis_resolved.crisis", "outreach_made.crisis", "milestone_celebrated.goal"}
    assert fields >= {"safety_plan_written.crisis", "plan_agreed.because_of", "entry_corrected.entry"}
