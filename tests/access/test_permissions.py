"""The table of roles and strands: what it promises, and that it is what recording asks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4

import pytest

from domain.entry import Draft
from domain.events.base import Event
from domain.events.catalogue import CARE_EVENTS, decode
from domain.events.record import EntryCorrected, EntryRetracted
from domain.facts import Fact, Facts
from domain.vocabulary.record import CorrectionReason, Precision
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole, operator
from service.access.permissions import PERMISSIONS, ROLES, STRANDS, Resource, strand_of
from service.access.scopes import NotPermitted, check_scopes, permissions_of
from service.care.recording_permissions import require_recording, require_setting_right
from tests.builders import moment

GOLDEN = Path(__file__).parents[1] / "golden"
OF_CARE = {event_class.model_fields["type"].default: event_class for event_class in CARE_EVENTS}
CIRCLE = {KeyRole.COUNSELOR, KeyRole.PEER, KeyRole.CASE_MANAGER, KeyRole.PRESCRIBER, KeyRole.SUPERVISOR}
AT = moment("2026-03-02T15:00Z")
ENTRY, CORRECTION = UUID(int=7), UUID(int=8)


def caller(role: KeyRole, scopes: Iterable[str] | None = None) -> Caller:
    return Caller(uuid4(), uuid4(), "ana", role, SCOPES_OF_ROLE[role] if scopes is None else frozenset(scopes))


def drafted(event: Event) -> Draft:
    return Draft(uuid4(), event, AT, Precision.INSTANT, "tests")


def example(kind: str) -> Event:
    path = max(GOLDEN.glob(f"{kind}.v*.json"))
    return decode(kind, int(path.stem.rpartition(".v")[2]), path.read_bytes())


def may_record(role: KeyRole, event: Event) -> bool:
    try:
        require_recording(caller(role), [drafted(event)])
    except NotPermitted:
        return False
    return True


def recorders(kind: str) -> set[KeyRole]:
    return {role for role in KeyRole if may_record(role, example(kind))}


@pytest.mark.parametrize("kind", OF_CARE)
def test_who_may_record_an_event_is_what_the_table_says(kind: str) -> None:
    strand = STRANDS[kind]

    assert recorders(kind) == {role for role, table in ROLES.items() if "c" in table.get(strand, "")}
    assert recorders(kind) <= CIRCLE | {KeyRole.SYSTEM}


def test_an_event_of_a_module_without_a_strand_is_found_out_at_once() -> None:
    class Unplaced(Event):
        """A made-up event of a strand that the table does not know."""

        type: Literal["unplaced"] = "unplaced"

    with pytest.raises(LookupError, match="unplaced belongs to no strand"):
        strand_of(Unplaced)


def test_what_is_promised_of_single_strands() -> None:
    for kind in ("medication_started", "medication_changed", "medication_stopped"):
        assert recorders(kind) == {KeyRole.PRESCRIBER, KeyRole.SYSTEM}
    for kind in ("toxicology_resulted", "screening_scored", "asam_assessed", "remission_recorded"):
        assert recorders(kind) == CIRCLE - {KeyRole.PEER} | {KeyRole.SYSTEM}
    assert recorders("crisis_contact_recorded") == CIRCLE | {KeyRole.SYSTEM}, "anyone activates the team (R43)"
    assert recorders("emergency_access_opened") == CIRCLE
    assert recorders("emergency_access_reviewed") == {KeyRole.SUPERVISOR}
    for kind in ("legal_hold_placed", "legal_hold_lifted", "erasure_requested", "erasure_approved"):
        assert recorders(kind) == {KeyRole.SUPERVISOR}
    for kind in ("disclosure_made", "emergency_disclosure_made"):
        assert recorders(kind) == CIRCLE, "somebody answers for it"
    for kind in ("emergency_disclosure_reviewed", "restriction_requested", "restriction_ended"):
        assert recorders(kind) == {KeyRole.SUPERVISOR}


@pytest.mark.parametrize("strand", [Resource.EMERGENCY_ACCESS, Resource.EMERGENCY_DISCLOSURE])
def test_whoever_opened_a_record_cannot_take_that_back(strand: Resource) -> None:
    assert {role for role in KeyRole if f"{strand}.u" in PERMISSIONS[role]} == {KeyRole.SUPERVISOR}


def test_who_reads() -> None:
    for permission in ("Timeline.r", "CarePlan.r", "CarePlan.s", "Feed.s"):
        assert {role for role in KeyRole if permission in PERMISSIONS[role]} == set(KeyRole) - {KeyRole.ANALYST}
    shared = {"Timeline.r", "CarePlan.r", "CarePlan.s", "Feed.s"}
    audited = {"AuditEvent.r", "UnusualAccess.r", "Replay.r", "Checkpoint.r", "Export.r"}
    assert PERMISSIONS[KeyRole.AUDITOR] == {*shared, *audited}
    assert {role for role in KeyRole if "AuditEvent.r" in PERMISSIONS[role]} == {KeyRole.AUDITOR, KeyRole.SUPERVISOR}
    assert {role for role in KeyRole if "Feed.r" in PERMISSIONS[role]} == {KeyRole.SYSTEM}
    assert PERMISSIONS[KeyRole.ANALYST] == {"Analytics.s"}
    assert {role for role in KeyRole if "Analytics.s" in PERMISSIONS[role]} == {KeyRole.ANALYST, KeyRole.SUPERVISOR}


def test_who_records_a_strand_also_sets_it_right_and_a_supervisor_every_strand() -> None:
    apart = {Resource.EMERGENCY_ACCESS, Resource.EMERGENCY_DISCLOSURE, Resource.EMERGENCY_ACCESS_REVIEW}
    for role, table in ROLES.items():
        for strand in set(STRANDS.values()) - apart:
            letters = table.get(strand, "")
            assert ("u" in letters) == ("c" in letters or role is KeyRole.SUPERVISOR)


@pytest.mark.parametrize("letter", ["entry_corrected", "entry_retracted", "retraction_of_a_correction"])
def test_setting_right_asks_for_the_strand_of_what_is_set_right(letter: str) -> None:
    about = ENTRY if letter != "retraction_of_a_correction" else CORRECTION
    said: Event = EntryRetracted(entry=about, reason=CorrectionReason.DUPLICATE)
    if letter == "entry_corrected":
        said = EntryCorrected(entry=about, reason=CorrectionReason.WRONG_TIME, occurred_at=AT)
    facts = Facts(
        2,
        {
            ENTRY: Fact(ENTRY, "medication_started", AT, (), retracted=False),
            CORRECTION: Fact(CORRECTION, "entry_corrected", AT, (("entry", ENTRY),), retracted=False),
        },
        {},
        {},
    )

    require_setting_right(caller(KeyRole.PRESCRIBER), [drafted(said)], facts)
    require_setting_right(caller(KeyRole.SUPERVISOR), [drafted(said)], facts)
    with pytest.raises(NotPermitted, match="role peer may not correct or retract Medication") as refused:
        require_setting_right(caller(KeyRole.PEER), [drafted(said)], facts)
    assert refused.value.missing_scope is None
    with pytest.raises(NotPermitted, match=r"user/Medication\.u") as narrow:
        require_setting_right(caller(KeyRole.PRESCRIBER, {"user/CheckIn.cu"}), [drafted(said)], facts)
    assert narrow.value.missing_scope == "user/Medication.u"


def test_what_is_recorded_along_with_it_is_set_right_by_its_strand_and_circles_end() -> None:
    started = drafted(example("medication_started"))
    first = drafted(EntryRetracted(entry=started.id, reason=CorrectionReason.DUPLICATE))
    other = uuid4()
    in_a_circle = [
        Draft(other, EntryRetracted(entry=first.id, reason=CorrectionReason.OTHER), AT, Precision.INSTANT, "tests"),
        Draft(first.id, EntryRetracted(entry=other, reason=CorrectionReason.OTHER), AT, Precision.INSTANT, "tests"),
    ]
    nothing = Facts(0, {}, {}, {})

    with pytest.raises(NotPermitted):
        require_setting_right(caller(KeyRole.COUNSELOR), [started, first], nothing)
    require_setting_right(caller(KeyRole.COUNSELOR), in_a_circle, nothing)


@pytest.mark.parametrize(
    ("scope", "given"),
    [
        ("user/CarePlan.rs", {"CarePlan.r", "CarePlan.s"}),
        ("user/Medication.c", set()),
        ("user/*.s", {"CarePlan.s", "Feed.s"}),
        ("user/CarePlan.d", set()),
        ("system/CarePlan.r", set()),
        ("patient/CarePlan.r", set()),
        ("user/CarePlan.sr", set()),
        ("user/CarePlan.", set()),
        ("user/CarePlan.rs?category=x", set()),
        ("user/CarePlan.read", set()),
        ("openid", set()),
        ("user/careplan.r", set()),
    ],
)
def test_a_scope_gives_no_more_than_it_says_and_than_the_role_may(scope: str, given: set[str]) -> None:
    assert permissions_of(KeyRole.COUNSELOR, frozenset({scope})) == given


def test_the_scopes_of_a_role_give_all_that_it_may() -> None:
    for role in KeyRole:
        assert permissions_of(role, SCOPES_OF_ROLE[role]) == PERMISSIONS[role]


@pytest.mark.parametrize(
    ("role", "scope", "said"),
    [
        (KeyRole.PEER, "read", "is no scope"),
        (KeyRole.PEER, "user/Prescription.c", "is no scope"),
        (KeyRole.PEER, "system/CarePlan.r", "begins with user/"),
        (KeyRole.SYSTEM, "user/CarePlan.r", "begins with system/"),
        (KeyRole.PEER, "user/Medication.c", "may not have Medication.c"),
        (KeyRole.ANALYST, "user/*.r", "may not have"),
    ],
)
def test_a_key_is_not_made_with_a_scope_that_its_role_cannot_have(role: KeyRole, scope: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_scopes(role, [scope])


def test_whoever_runs_the_service_reads_and_records_nothing_in_its_name() -> None:
    assert operator(uuid4()).permissions == {
        *("Timeline.r", "CarePlan.r", "CarePlan.s", "Feed.r", "Feed.s", "Webhook.r", "Checkpoint.r")
    }
