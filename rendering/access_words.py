"""Words for a client, in the list of who looked at their record: what was read or told, what for, and how."""

from collections.abc import Mapping
from typing import Final

from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans
from domain.vocabulary.purposes import PurposeOfUse

PARTS: Final[Mapping[str, str]] = {
    "timeline": "your history here, or a part of it",
    "event": "one entry of your history",
    "care_plan": "your care plan",
    "summary": "your care at a glance",
    "milestones": "your milestones",
    "signals": "what might need attention in your care",
    "outcomes": "how things have gone for you",
    "crisis_card": "your crisis card",
    "postvention": "how we looked back on hard times with you",
    "counseling_notes": "counseling notes",
    "worklist": "a list of things to do, with yours on it",
    "caseload": "a list of the people in care here, with you on it",
    "client_search": "whether you are in care here",
    "feed": "what was written down about you, as it was written down",
    "what_if": "a trial of other settings, in which you were counted",
    "replay": "your history here, step by step",
    "hindsight": "your record as it was at a moment, and as it is now",
    "head": "how many entries your history here has, so that none can be taken away unseen",
    "export": "a copy of your record, as a file",
    "export_with_keys": "a copy of your record, as a file that can be read outside of here",
    "access_records": "who has looked at your record",
    "unusual_access": "a list of reads that somebody looks into, with some of your record on it",
    "access_report": "this list, or one like it",
}
"""What was read, in words for the client, by what access records call it."""

PURPOSES: Final[Mapping[PurposeOfUse, str]] = {
    PurposeOfUse.TREATMENT: "to care for you",
    PurposeOfUse.EMERGENCY_TREATMENT: "to help you in an emergency",
    PurposeOfUse.CARE_MANAGEMENT: "to plan and arrange your care",
    PurposeOfUse.PAYMENT: "to get your care paid for",
    PurposeOfUse.OPERATIONS: "to run the program well, such as checking that records are right",
    PurposeOfUse.QUALITY_IMPROVEMENT: "to make care here better",
    PurposeOfUse.LEGAL_PROCEEDINGS: "for a court case, with a court's order or your consent to just that",
    PurposeOfUse.PUBLIC_HEALTH: "for public health",
    PurposeOfUse.RESEARCH: "for research",
    PurposeOfUse.CLIENT_REQUEST: "because you asked for it",
    PurposeOfUse.FAMILY_REQUEST: "because your family asked for it",
    PurposeOfUse.SYSTEM_ADMINISTRATION: "to keep the computers running",
}

TOLD_FOR: Final[Mapping[ConsentPurpose, str]] = {
    ConsentPurpose.TREATMENT: PURPOSES[PurposeOfUse.TREATMENT],
    ConsentPurpose.PAYMENT: PURPOSES[PurposeOfUse.PAYMENT],
    ConsentPurpose.OPERATIONS: PURPOSES[PurposeOfUse.OPERATIONS],
    ConsentPurpose.FAMILY_INVOLVEMENT: "so that family or others close to you can take part",
    ConsentPurpose.EMPLOYER: "for your employer",
    ConsentPurpose.LEGAL_PROCEEDINGS: "for a court case",
    ConsentPurpose.OTHER: "for another purpose; ask us which",
}
SCOPES: Final[Mapping[ConsentScope, str]] = {
    ConsentScope.WHOLE_RECORD: "your whole record",
    ConsentScope.CARE_PLAN: PARTS["care_plan"],
    ConsentScope.ASSESSMENT: "what we learned with you when you came",
    ConsentScope.CONTACTS: "sessions, check-ins and other contacts",
    ConsentScope.SUBSTANCE_USE: "substance use and safety",
    ConsentScope.MEDICATION: "your medication",
    ConsentScope.TOXICOLOGY: "tests and what they found",
    ConsentScope.SCREENING: "questionnaires and their scores",
    ConsentScope.CRISIS: "hard times and your safety plan",
    ConsentScope.ATTENDANCE: "when you came to sessions",
    ConsentScope.CONTACT_ONLY: "that you are in care here, and how you are reached",
    ConsentScope.COUNSELING_NOTES: PARTS["counseling_notes"],
}
MEANS: Final[Mapping[DisclosureMeans, str]] = {
    DisclosureMeans.PHONE: "by phone",
    DisclosureMeans.IN_PERSON: "in person",
    DisclosureMeans.LETTER: "by letter",
    DisclosureMeans.FAX: "by fax",
    DisclosureMeans.SECURE_MESSAGE: "by a secure message",
    DisclosureMeans.OTHER: "in another way",
}
