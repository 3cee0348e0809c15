"""The list that a client is given of who looked at their record: what it says, as a page and as text."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from domain.events.base import Event
from domain.events.disclosures import DisclosureMade, EmergencyDisclosureMade
from domain.replacing import replace
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans, MedicalEmergency, WithoutConsent
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.record import Precision
from projections.care_plan import CARE_PLAN
from projections.care_plan.disclosures import DisclosureByPeople, Disclosures
from projections.collection import Elements
from rendering import access_report
from service.access.access_search import SummedReads
from service.access.recipients import Basis
from tests.builders import History, fold, registered
from tests.rendering.reading_pages import said, tree

NOW = datetime(2026, 4, 2, 3, tzinfo=UTC)
ENTRY = UUID(int=7)
PERIOD = access_report.period(date(2026, 1, 1), None, NOW, "America/Chicago")


class Told(NamedTuple):
    page: str
    text: str


def told(
    *reads: SummedReads, disclosures: Disclosures | None = None, bases: Mapping[UUID, Basis] | None = None
) -> Told:
    asked = (reads, disclosures or Disclosures(), bases or {}, PERIOD, "Harbor Lane Recovery", "8f0e4c52")
    return Told(said(access_report.html(*asked)), " ".join(access_report.text(*asked).split()))


def reads(**other: Any) -> SummedReads:
    moment = datetime(2026, 3, 2, 21, 40, tzinfo=UTC)
    usual = {
        "actor_id": uuid4(), "role": "counselor", "name": "ana", "recipient": None, "what": "care_plan", "times": 1,
        "purpose": PurposeOfUse.TREATMENT, "allowed_by": None, "first": moment, "last": moment,
    }  # fmt: skip
    return SummedReads(**{**usual, **other})


def test_it_says_who_saw_what_why_and_when() -> None:
    pharmacy = reads(
        role="system", name="pharmacy", recipient="Harbor Pharmacy", times=3, what="crisis_card", allowed_by=ENTRY
    )
    ana = reads(times=12, last=datetime(2026, 4, 1, 3, tzinfo=UTC))

    for words in told(ana, pharmacy, bases={ENTRY: Basis.CONSENT}):
        assert "ana, counselor" in words
        assert "your care plan" in words
        assert "12 times from 2 March 2026 to 31 March 2026" in words, "days are the organization's"
        assert "Harbor Pharmacy, with your consent" in words
        assert "3 times on 2 March 2026" in words
        assert words.index("Harbor Pharmacy") < words.index("ana, counselor"), "what left the house comes first"
        assert "1 January 2026 to 1 April 2026" in words
        assert "Nothing was shared" not in words


def test_where_nobody_read_it_says_so() -> None:
    for words in told():
        assert "Nothing was shared outside in this time, as far as we know." in words
        assert "Nobody here has opened your record in this time." in words
        assert "by phone" in words


def test_programs_and_whoever_runs_the_service_are_no_persons() -> None:
    words = told(reads(role="system", name="ehr"), reads(role="system", name="operator")).page

    assert "ehr, a computer program" in words
    assert "Whoever runs the record system" in words
    assert "2 March 2026 at 15:40" in words


@pytest.mark.parametrize("purpose", PurposeOfUse)
def test_every_purpose_has_words(purpose: PurposeOfUse) -> None:
    assert told(reads(purpose=purpose))


def test_a_name_stays_words() -> None:
    html = access_report.html([reads(recipient="<b>Ltd\u202e")], Disclosures(), {}, PERIOD, "A & B <i>", "8f0e4c52")

    assert "<b>Ltd" in said(html)
    assert "\u202e" not in html
    assert not list(tree(html).iter("b")) + list(tree(html).iter("i"))


def test_it_goes_back_six_years_unless_said_and_never_ends_before_it_begins() -> None:
    days, _ = access_report.period(None, None, datetime(2028, 2, 29, 12, tzinfo=UTC), "UTC")
    assert (days.first, days.last) == (date(2022, 2, 28), date(2028, 2, 29))
    a_day = access_report.period(date(2026, 3, 8), date(2026, 3, 8), NOW, "America/Chicago").days
    assert (a_day.until.timestamp() - a_day.since.timestamp()) / 3_600 == 23, "the day on which clocks go forward"
    with pytest.raises(ValueError, match="before the first"):
        access_report.period(date(2027, 1, 1), None, NOW, "UTC")


def disclosed(**other: Any) -> DisclosureMade:
    usual = {
        "recipient": "County Probation", "disclosed_by": "Ana Example", "purpose": ConsentPurpose.LEGAL_PROCEEDINGS,
        "scope": (ConsentScope.ATTENDANCE,), "means": DisclosureMeans.LETTER, "notice_given": True,
        "note": "Secret words",
    }  # fmt: skip
    return DisclosureMade(**{**usual, **other})


EMERGENCY = EmergencyDisclosureMade(
    recipient="Dr. Kim Example", organization="County General Hospital", disclosed_by="Ana Example",
    emergency=MedicalEmergency.OVERDOSE, account="Brought in unconscious.", means=DisclosureMeans.PHONE,
    without_consent=WithoutConsent.UNABLE_TO_CONSENT, scope=(ConsentScope.MEDICATION, ConsentScope.CRISIS), hours=8,
)  # fmt: skip


def recorded(*events: tuple[Event, str, Precision]) -> Disclosures:
    """What people told, as the care plan has it once it is recorded."""
    history = History()
    history.add(registered(), at="2025-01-01T15:00Z")
    for event, at, precision in events:
        history.add(event, at, precision=precision)
    found: Disclosures = fold(CARE_PLAN, history.entries).state.disclosures
    return found


def test_what_people_told_outside_is_among_it_with_who_told_it_and_how() -> None:
    told_by_letter = (disclosed(), "2026-03-05", Precision.DAY)
    in_an_emergency = (EMERGENCY, "2026-03-07T03:04Z", Precision.INSTANT)
    pharmacy = reads(role="system", name="pharmacy", recipient="Harbor Pharmacy", allowed_by=ENTRY)

    for words in told(pharmacy, disclosures=recorded(told_by_letter, in_an_emergency)):
        assert "Dr. Kim Example of County General Hospital" in words
        assert "your medication, hard times and your safety plan; told by Ana Example by phone" in words
        assert "in a medical emergency" in words
        assert "6 March 2026 at 21:04" in words
        assert "County Probation, as the law allows" in words
        assert "when you came to sessions; told by Ana Example by letter" in words
        assert "5 March 2026" in words
        places = [words.index(each) for each in ("Dr. Kim", "County Probation", "Harbor Pharmacy")]
        assert places == sorted(places), "the latest comes first"
        assert "Secret" not in words
        assert "unconscious" not in words


def test_what_people_told_in_other_times_is_not() -> None:
    before = (disclosed(), "2025-12-31", Precision.DAY)
    after = (EMERGENCY, "2026-04-02T06:00Z", Precision.INSTANT)

    assert "Nothing was shared outside" in told(disclosures=recorded(before, after)).text


def test_it_says_what_allowed_it() -> None:
    (letter,) = recorded((disclosed(), "2026-03-05", Precision.DAY)).by_people
    nothing: Elements[DisclosureByPeople] = Elements()
    by_order = Disclosures(by_people=nothing.put(replace(letter, allowed_by=ENTRY)))
    order, emergency = {ENTRY: Basis.COURT_ORDER}, {ENTRY: Basis.MEDICAL_EMERGENCY}
    assert "County Probation, by a court's order" in told(disclosures=by_order, bases=order).page
    assert "County Probation, with your consent" in told(disclosures=by_order, bases={ENTRY: Basis.CONSENT}).page

    hospital = reads(role="system", name="hospital", recipient="County General Hospital", allowed_by=ENTRY)
    assert "County General Hospital, in a medical emergency" in told(hospital, bases=emergency).page


def test_no_name_looks_like_another_part_of_the_list() -> None:
    forged = "Probation\n\nINSIDE CLINIC\nNobody here has opened your record."
    letter = disclosed(recipient=forged, disclosed_by="Ana\n\nExample")
    hospital = EMERGENCY.model_copy(update={"recipient": forged, "organization": forged})
    disclosures = recorded((letter, "2026-03-05", Precision.DAY), (hospital, "2026-03-07T03:04Z", Precision.INSTANT))

    read_by = reads(role="system", recipient=forged, allowed_by=ENTRY)
    text = access_report.text([read_by], disclosures, {}, PERIOD, "Harbor Lane Recovery", "8f0e4c52")

    assert [line for line in text.splitlines() if line.isupper()] == [
        "WHO HAS LOOKED AT YOUR RECORD",
        "SHARED OUTSIDE HARBOR LANE RECOVERY",
        "INSIDE HARBOR LANE RECOVERY",
    ]
    assert not [line for line in text.splitlines() if line.startswith("Nobody here")][1:]


@pytest.mark.parametrize("said", [*ConsentPurpose, *ConsentScope, *DisclosureMeans])
def test_every_term_of_a_disclosure_has_words(said: ConsentPurpose | ConsentScope | DisclosureMeans) -> None:
    field = {ConsentPurpose: "purpose", ConsentScope: "scope", DisclosureMeans: "means"}[type(said)]
    event = disclosed(**{field: (said,) if field == "scope" else said})

    assert told(disclosures=recorded((event, "2026-03-05", Precision.DAY)))
