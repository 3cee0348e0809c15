"""`python -m tests.golden_policy` writes the golden file of policy_adopted anew, after a number was added or changed.

It holds every number of care, so until the first release it changes with them; from then on a change raises the event's
schema version, as everywhere.
"""

from datetime import UTC, datetime
from pathlib import Path

from domain.events.catalogue import encode
from domain.events.organization import PolicyAdopted
from domain.policy import Policy

FILE = Path(__file__).with_name("golden") / "policy_adopted.v1.json"

if __name__ == "__main__":
    numbers = {
        "crisis": {"contact_within_hours": [12, 72, 168, 720]},
        "working_days": {"time_zone": "America/Chicago", "holidays": ["2026-12-25", "2026-07-03"]},
        "crisis_card": {"after_hours_line": "(312) 555-0142 ext. 3"},
    }
    in_force_from, note = datetime(2026, 3, 1, 6, tzinfo=UTC), "Agreed by the board."
    adopted = PolicyAdopted(in_force_from=in_force_from, numbers=Policy.model_validate(numbers), note=note)
    FILE.write_bytes(encode(adopted) + b"\n")
