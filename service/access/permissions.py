"""Who may do what: the one table of roles, of strands of care, and of what each role may do with them.

A permission is a resource and a letter, such as `Medication.c`: the letters are SMART's, `c` records, `r` reads one
client, `u` corrects and retracts, `s` lists many clients; nothing is deleted, so `d` gives nothing. A resource is a
strand of care, or what is made of all of them. What a caller may do is what their role may (ROLES) as far as their
scopes allow it (scopes.py).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from domain.events.base import Event
from domain.events.catalogue import CARE_EVENTS
from service.access.roles import KeyRole


class Resource(StrEnum):
    """What a permission is about. FHIR's name where a resource of FHIR is the same thing, else the strand's own."""

    TIMELINE = "Timeline"
    FEED = "Feed"
    CARE_PLAN = "CarePlan"
    IMPORT = "Import"
    CLIENT = "Client"
    CLIENT_MERGE = "ClientMerge"
    EPISODE_OF_CARE = "EpisodeOfCare"
    ASSESSMENT = "Assessment"
    CONSENT = "Consent"
    COURT_ORDER = "CourtOrder"
    RESTRICTION = "Restriction"
    DISCLOSURE = "Disclosure"
    EMERGENCY_DISCLOSURE = "EmergencyDisclosure"
    RELAPSE_PREVENTION = "RelapsePrevention"
    CONTACT = "Contact"
    CHECK_IN = "CheckIn"
    COUNSELING_NOTE = "CounselingNote"
    LAPSE = "Lapse"
    HANDOFF = "Handoff"
    BARRIER = "Barrier"
    REFERRAL = "Referral"
    RESIDENCE = "Residence"
    CRISIS = "Crisis"
    POSTVENTION = "Postvention"
    MILESTONE = "Milestone"
    OVERDOSE = "Overdose"
    HARM_REDUCTION = "HarmReduction"
    CRISIS_CARD = "CrisisCard"
    MEDICATION = "Medication"
    TOXICOLOGY = "Toxicology"
    SCREENING = "Screening"
    SIGNAL = "Signal"
    CARE_TEAM = "CareTeam"
    EMERGENCY_ACCESS = "EmergencyAccess"
    EMERGENCY_ACCESS_REVIEW = "EmergencyAccessReview"
    SUPPORT = "Support"
    APPOINTMENT = "Appointment"
    TASK = "Task"
    AUDIT_EVENT = "AuditEvent"
    UNUSUAL_ACCESS = "UnusualAccess"
    REPLAY = "Replay"
    WEBHOOK = "Webhook"
    CHECKPOINT = "Checkpoint"
    ERASURE = "Erasure"
    EXPORT = "Export"
    EXPORT_KEY = "ExportKey"
    ANALYTICS = "Analytics"


_OF_MODULE: Final[Mapping[str, Resource]] = {
    "registration": Resource.CLIENT,
    "identifiers": Resource.CLIENT,
    "merging": Resource.CLIENT_MERGE,
    "intake": Resource.EPISODE_OF_CARE,
    "consents": Resource.CONSENT,
    "court_orders": Resource.COURT_ORDER,
    "restrictions": Resource.RESTRICTION,
    "disclosures": Resource.DISCLOSURE,
    "plan": Resource.CARE_PLAN,
    "looking_ahead": Resource.RELAPSE_PREVENTION,
    "contacts": Resource.CONTACT,
    "counseling_notes": Resource.COUNSELING_NOTE,
    "lapses": Resource.LAPSE,
    "handoffs": Resource.HANDOFF,
    "barriers": Resource.BARRIER,
    "referrals": Resource.REFERRAL,
    "residence": Resource.RESIDENCE,
    "crisis": Resource.CRISIS,
    "postvention": Resource.POSTVENTION,
    "milestones": Resource.MILESTONE,
    "overdoses": Resource.OVERDOSE,
    "harm_reduction": Resource.HARM_REDUCTION,
    "crisis_cards": Resource.CRISIS_CARD,
    "medications": Resource.MEDICATION,
    "toxicology": Resource.TOXICOLOGY,
    "screening": Resource.SCREENING,
    "signals": Resource.SIGNAL,
    "team": Resource.CARE_TEAM,
    "emergency_access": Resource.EMERGENCY_ACCESS,
    "supports": Resource.SUPPORT,
    "appointments": Resource.APPOINTMENT,
    "next_steps": Resource.TASK,
    "erasure": Resource.ERASURE,
}
"""The strand of each module of domain/events. An event of a module that is not here cannot be recorded."""

_OF_TYPE: Final[Mapping[str, Resource]] = {
    "check_in_received": Resource.CHECK_IN,  # all that a check-in app needs
    "asam_assessed": Resource.ASSESSMENT,
    "remission_recorded": Resource.ASSESSMENT,  # as a clinician finds it
    "task_reassigned": Resource.TASK,
    "emergency_access_reviewed": Resource.EMERGENCY_ACCESS_REVIEW,
    "emergency_disclosure_made": Resource.EMERGENCY_DISCLOSURE,
    "emergency_disclosure_reviewed": Resource.EMERGENCY_ACCESS_REVIEW,
}
"""Events that stand apart from the rest of their module."""


def strand_of(event_class: type[Event]) -> Resource:
    """The strand of an event of care. Raises LookupError for one of a module that has none."""
    kind: str = event_class.model_fields["type"].default
    module = event_class.__module__.rpartition(".")[2]
    if kind not in _OF_TYPE and module not in _OF_MODULE:
        raise LookupError(f"{kind} belongs to no strand: give its module a line in {__name__}._OF_MODULE.")
    return _OF_TYPE.get(kind) or _OF_MODULE[module]


STRANDS: Final[dict[str, Resource]] = {
    event_class.model_fields["type"].default: strand_of(event_class) for event_class in CARE_EVENTS
}
"""The strand of each type of event of care. Corrections and retractions are of the strand of what they set right."""

_EVERY_STRAND: Final = frozenset(STRANDS.values())
_SHARED: Final[Mapping[Resource, str]] = {Resource.TIMELINE: "r", Resource.CARE_PLAN: "rs", Resource.FEED: "s"}
"""What everyone in the circle of care reads: the timeline, the shared plan with all that is made of it, and in the feed
which events are recorded. `Feed.r` is what they say."""

_IMPORTS: Final[Mapping[Resource, str]] = {Resource.IMPORT: "c"}
"""Recording the history of many clients at once; each event asks for its strand's permission besides."""

_OF_SUPERVISORS: Final = frozenset(
    {Resource.EMERGENCY_ACCESS, Resource.EMERGENCY_DISCLOSURE, Resource.EMERGENCY_ACCESS_REVIEW}
)
"""Strands that a supervisor alone sets right: whoever opened a record, or told of one, could take that back."""

_BY_SUPERVISORS: Final = frozenset({Resource.EMERGENCY_ACCESS_REVIEW, Resource.RESTRICTION, Resource.ERASURE})
"""Strands that a supervisor alone records: who is looked into, or kept away, could say otherwise."""

_OF_PEOPLE: Final = frozenset(
    {*_OF_SUPERVISORS, *_BY_SUPERVISORS, Resource.COUNSELING_NOTE, Resource.COURT_ORDER, Resource.DISCLOSURE}
)
"""Strands that no system records: it has nobody to answer for it, and no role to whom its notes would be told."""


def _circle(*, never: Iterable[Resource]) -> Mapping[Resource, str]:
    """Somebody of the circle of care: reads what is shared, records and sets right all strands but these.

    Of counseling notes they read and set right those of their own role alone (service/care/counseling_notes.py).
    """
    left_out = {*never, *_BY_SUPERVISORS}
    records = {strand: "c" if strand in _OF_SUPERVISORS else "cu" for strand in _EVERY_STRAND - left_out}
    return _joined(_SHARED, records, {Resource.COUNSELING_NOTE: "r"})


def _joined(*parts: Mapping[Resource, str]) -> Mapping[Resource, str]:
    """All of these, with the letters of each resource in SMART's order."""
    return {
        resource: "".join(letter for letter in "crus" if any(letter in part.get(resource, "") for part in parts))
        for resource in Resource
        if any(resource in part for part in parts)
    }


ROLES: Final[Mapping[KeyRole, Mapping[Resource, str]]] = {
    KeyRole.COUNSELOR: _circle(never={Resource.MEDICATION}),
    KeyRole.PEER: _circle(
        never={
            Resource.MEDICATION,
            Resource.TOXICOLOGY,
            Resource.SCREENING,
            Resource.ASSESSMENT,
            Resource.COURT_ORDER,
            Resource.CLIENT_MERGE,
        },
    ),
    KeyRole.CASE_MANAGER: _circle(never={Resource.MEDICATION}),
    KeyRole.PRESCRIBER: _circle(never=()),
    KeyRole.SUPERVISOR: _joined(
        _circle(never={Resource.MEDICATION}),
        dict.fromkeys(_EVERY_STRAND, "u"),
        dict.fromkeys(_BY_SUPERVISORS, "cu"),
        {Resource.AUDIT_EVENT: "r", Resource.UNUSUAL_ACCESS: "cr", Resource.REPLAY: "r"},
        {Resource.WEBHOOK: "cr", Resource.CHECKPOINT: "cr"},
        {Resource.EXPORT: "r", Resource.EXPORT_KEY: "r", Resource.ANALYTICS: "s"},
        _IMPORTS,
    ),
    KeyRole.AUDITOR: _joined(
        _SHARED,
        dict.fromkeys((Resource.AUDIT_EVENT, Resource.UNUSUAL_ACCESS, Resource.REPLAY), "r"),
        dict.fromkeys((Resource.CHECKPOINT, Resource.EXPORT), "r"),
    ),
    KeyRole.ANALYST: {Resource.ANALYTICS: "s"},
    KeyRole.SYSTEM: _joined(
        _SHARED,
        {Resource.FEED: "r", Resource.WEBHOOK: "cr", Resource.CHECKPOINT: "cr"},
        dict.fromkeys(_EVERY_STRAND - _OF_PEOPLE, "cu"),
        _IMPORTS,
    ),
}
"""The most that each role may do; a key or a token may have less.

Made for a small clinic, where one person does the work of several: everyone in the circle reads everything and records
nearly everything. Only a prescriber records medication. A peer records no toxicology, no screening, no assessment, no
court order and no merge of clients. A supervisor sets everything right, whatever they may record, and alone places
holds and asks for erasures. An auditor reads all and records nothing, and asks, as supervisors do, who read about a
client, and what each event changed. An analyst reads nobody's record: coded rows under
pseudonyms are theirs, and supervisors'. A system does what its scopes say. Auditors and supervisors export a record;
with the keys that open it a supervisor alone, since such a copy is read by whoever has it, for ever.
"""

PERMISSIONS: Final[Mapping[KeyRole, frozenset[str]]] = {
    role: frozenset(f"{resource}.{letter}" for resource, letters in table.items() for letter in letters)
    for role, table in ROLES.items()
}
"""The same as permissions, such as CarePlan.r."""

FOR_RECIPIENTS: Final = frozenset({f"{Resource.TIMELINE}.r", f"{Resource.CARE_PLAN}.r"})
"""The most that a key of another organization may do, whatever its role: a consent is about one client, so it reads of
one, and lists, follows and records nothing. Counseling notes are never disclosed here."""

SEES_EVERY_CLIENT: Final = frozenset({KeyRole.SUPERVISOR, KeyRole.AUDITOR, KeyRole.SYSTEM})
"""Roles that see all clients also where the organization's policy lets people see those of their own team alone."""
