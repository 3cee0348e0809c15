"""What an organization decides for all of its clients, on a timeline of its own."""

from typing import Literal

from domain.events.base import Event, FreeText, Moment, StrictUUID
from domain.policy import Policy
from domain.vocabulary.unusual_access import UnusualAccessRule


class PolicyAdopted(Event):
    """The organization adopts a policy: from a moment on these are the numbers of its care (R63).

    `numbers` are all of them, those that stayed as they were included: what a later release takes for a default must
    not change what was agreed. A moment in the past is allowed, and reaches only what is recorded from now on; see
    `Policies`. What was adopted by mistake is replaced by adopting the right policy from the same moment.
    """

    type: Literal["policy_adopted"] = "policy_adopted"
    in_force_from: Moment
    """From when on these are the numbers."""
    numbers: Policy
    """All numbers of the policy, those that stayed as they were included."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class UnusualAccessNoted(Event):
    """A supervisor took note of unusual reads: whether they were justified, and what follows.

    It is about what somebody of the organization did, so it stands on the organization's own timeline, and no client's
    tells of it. More such reads on the same day are unusual anew, and wait to be looked into again.
    """

    type: Literal["unusual_access_noted"] = "unusual_access_noted"
    rule: UnusualAccessRule
    """What was unusual about the reads."""
    person_id: StrictUUID
    """Who read, by their actor id."""
    last_record: StrictUUID
    """The access record of the last of these reads."""
    justified: bool
    """Whether they were justified."""
    note: FreeText | None = None
    """What was found, and what follows."""
