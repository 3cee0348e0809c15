"""Requests of a believable client, for the API's description. None of them is about anybody."""

import json
from typing import Any, Final

CLIENT: Final = "0b8f4c1e-7d52-4a63-9e0a-5c3d2f1b6a90"
REGISTRATION: Final = "5a1d9c34-20be-4c7f-8f16-0e4b7a92d3c1"
INTAKE: Final = "c2e67b08-91f4-4d0e-a3b5-6f7d18c40e25"
GOAL: Final = "e94f3a17-58c6-4b2d-b7e0-93a1d5f86c42"
READING: Final = "17c8b5e0-4a92-4f3d-8c61-d2b0e7935fa4"
CRISIS: Final = "8f0e4c52-6c1e-4d8a-9b1e-2f6d1a3c5e70"
CORRECTION: Final = "d60a2f9b-3b75-4e18-95cd-7a4c81e0b3f6"
WEBHOOK: Final = "9c4e7d21-85b3-4f6a-b0d8-1e7f3a52c694"
NOTE: Final = "3be1c7a4-0f52-4d96-a8d3-61c9f7e2b405"

_REGISTERED: Final = {
    "id": REGISTRATION,
    "occurred_at": "2026-03-02T15:00:00Z",
    "event": {
        "type": "client_registered",
        "name": "Marisol Vega",
        "preferred_name": "Mari",
        "birth_date": "1991-06-14",
        "pronouns": "she/her",
        "language": "es",
        "time_zone": "America/Denver",
    },
}
_INTAKE: Final = {
    "id": INTAKE,
    "occurred_at": "2026-03-02T15:30:00Z",
    "event": {
        "type": "intake_completed",
        "entry_route": "referral",
        "substances": [{"substance": "alcohol", "route": "oral", "severity": "moderate", "last_used_on": "2026-02-20"}],
        "conditions": ["anxiety"],
        "social_needs": ["transport"],
        "triggers": ["work_stress", "insomnia"],
        "readiness": "preparation",
        "own_reasons": "I want to be awake for my daughter's mornings.",
    },
}
_GOAL: Final = {
    "id": GOAL,
    "occurred_at": "2026-03-03T16:00:00Z",
    "event": {
        "type": "goal_set",
        "category": "sleep",
        "description": "Sleep through most nights",
        "unit": "hours a night",
        "baseline": 4.5,
        "target": 7,
        "target_on": "2026-06-01",
    },
}
_READING: Final = {
    "id": READING,
    "occurred_at": "2026-03-10T16:00:00Z",
    "event": {"type": "goal_measured", "goal": GOAL, "value": 5.5, "note": "Fewer late shifts this week."},
}
_CRISIS: Final = {
    "id": CRISIS,
    "occurred_at": "2026-03-12T02:15:00Z",
    "precision": "approximate",
    "source": "text-line",
    "event": {
        "type": "crisis_contact_recorded",
        "kinds": ["cravings", "panic"],
        "channel": "text",
        "noticed_by": "peer",
        "activated": ["counselor"],
        "triggers": ["conflict"],
        "cssrs": {"q1": False, "q2": False, "q6_ever": False},
        "actions": ["grounded", "supportive_listening"],
        "account": "Wrote that the evening got loud and the urge came fast; stayed on the line for an hour.",
    },
}
_CORRECTION: Final = {
    "id": CORRECTION,
    "occurred_at": "2026-03-12T17:00:00Z",
    "event": {
        "type": "entry_corrected",
        "entry": CRISIS,
        "reason": "wrong_time",
        "occurred_at": "2026-03-12T01:45:00Z",
        "precision": "instant",
        "note": "The message itself shows the time.",
    },
}
_NOTE: Final = {
    "id": NOTE,
    "occurred_at": "2026-03-12T18:00:00Z",
    "event": {
        "type": "counseling_note_written",
        "note": "Spoke of the evening as if it had happened to somebody else; stayed with that for a while.",
    },
}

_IDENTIFIER: Final = {"system": "https://ehr.example.org/mrn", "value": "0042317"}

NEW_CLIENTS: Final[dict[str, Any]] = {
    "Registered at intake": {"client_id": CLIENT, "events": [_REGISTERED, _INTAKE]},
    "Met in a crisis, not yet registered": {
        "events": [{**_CRISIS, "id": "2d7b9e61-f3a8-4c05-b94e-8e1f60c7d5a3", "precision": "instant"}]
    },
    "Known to another system": {
        "events": [{**_REGISTERED, "id": "9be0c3f7-6d1a-4e52-8b4f-27a5d0c96e18"}],
        "identifiers": [_IDENTIFIER],
    },
}
"""Bodies that create a client."""

IDENTIFIERS: Final[dict[str, Any]] = {
    "A record number of an EHR": _IDENTIFIER,
    "An account of a text line": {"system": "text-line", "value": "u-77131"},
}
"""Bodies that ask for the client who has an identifier."""

RECORDINGS: Final[dict[str, Any]] = {
    "A goal and its first reading, both or neither": [_GOAL, _READING],
    "A crisis contact, told by a text line": _CRISIS,
    "A correction of its time": _CORRECTION,
    "A counseling note, which your role alone reads": _NOTE,
    "A check-in, without an id of its own": {
        "occurred_at": "2026-03-13T14:00:00-06:00",
        "event": {"type": "check_in_received", "channel": "app", "craving": 3, "mood": 6, "sleep_hours": 6.5},
    },
}
"""Bodies that record events on that client's timeline, in this order."""

WEBHOOKS: Final[dict[str, Any]] = {
    "Told of everything": {"url": "https://scheduling.example.org/care-timeline", "description": "Scheduling"},
    "Told of two types": {
        "url": "https://crisis-line.example.org/hooks/care",
        "types": ["crisis_contact_recorded", "check_in_received"],
    },
}
"""Bodies that make or change a webhook."""

ROTATIONS: Final[dict[str, Any]] = {"Both sign for two days": {"overlap_hours": 48}, "At once": {"overlap_hours": 0}}
"""Bodies that replace a webhook's secret."""

REDELIVERIES: Final[dict[str, Any]] = {"All since a position": {"position": 1004}}
"""Bodies that have events told again."""

_LOG: Final = "care.example.org/4a0c1d1e-3f6b-4c58-9a52-0d6f7a1b2c3d"
_SIGNATURE: Final = "9Fd2bXKpxlzzT1JQ0nXiqtUtiBXVH/kXxwH7vbwwIL1ApSXX+lWwKDDay1L9zcwwXsH+4SBNhee5uF2peTzYmKP6HAQ="
CHECKPOINT: Final = f"{_LOG}\n1007\ndujUFpVTllPzGTOKXFy9pySMPjkXE+tVYETYBTSKOd4=\n\n— {_LOG} {_SIGNATURE}\n"

"""A checkpoint, signed with a key that nobody has."""

_HEAD: Final = (
    f"log {_LOG}\nsize 1007\nroot dujUFpVTllPzGTOKXFy9pySMPjkXE+tVYETYBTSKOd4=\n"
    f"key {_LOG}+f457766d+AaGyr1lWMRDNI2M8vGD5PS+KGrRKcF5vZFrWCb6sFQ4T\n"
    f"timeline {CLIENT} 12 UKqJ3LtbVj9yXTGxXxgTMCfzW9hFCAPzYOkE9rTTTtU=\n"
)
CLIENT_HEAD: Final = f"care-timeline client head 1\n{_HEAD}\n— {_LOG} {_SIGNATURE}\n"
"""A client's head, likewise."""

EXPORT_HEAD: Final = f"care-timeline export 1\n{_HEAD}made 2026-03-02T15:00:00.000000Z\n…"
"""What an export begins with."""

COSIGNATURES: Final[dict[str, Any]] = {
    "Of one witness": {
        "lines": "— witness.example.org pSZZXwAAAABpsNHIN+"
        "/OIoQt9LDfPEO9lykjie8Qc4vpodM2Pzlq3CBk/R4GSFplVVIRTlfebZayUVrpu9v3gXkMOuJrnrWVX8TmBA==\n"
    }
}
"""Bodies that have cosignatures kept."""

NOTES_OF_UNUSUAL_ACCESS: Final[dict[str, Any]] = {
    "She covered for a colleague": {
        "rule": "outside_the_team",
        "last_record": "019cd3f2-8a10-7c52-9d3e-5b6a7c8d9e0f",
        "justified": True,
        "note": "She covered for a colleague who was ill.",
    }
}
"""Bodies that take note of unusual access."""

STORY: Final[list[dict[str, Any]]] = [_REGISTERED, _INTAKE, _GOAL, _READING, _CRISIS, _CORRECTION, _NOTE]
"""The events whose record the example answers show."""

IMPORT: Final = "".join(
    json.dumps(line) + "\n"
    for line in (
        {
            "client_id": "4f2a9d10-7c3e-4b58-8d61-e0b7c5a39f24",
            "id": "91c0e7b3-5a64-4f2d-8b19-6d3e0fa27c58",
            "occurred_at": "2019-09-16",
            "precision": "day",
            "source": "old-ehr",
            "event": {"type": "client_registered", "name": "Theo Lindqvist", "time_zone": "America/Chicago"},
        },
        {
            "client_id": "4f2a9d10-7c3e-4b58-8d61-e0b7c5a39f24",
            "id": "0d5be81f-c2a7-4936-b0f4-78e1d96a3c45",
            "occurred_at": "2019-09-23T16:00:00Z",
            "source": "old-ehr",
            "event": {"type": "session_held", "kind": "individual", "channel": "in_person", "held_by": "counselor"},
        },
    )
)
"""History of another client, as another system kept it."""
