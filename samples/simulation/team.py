"""Who works in a simulated clinic, and who cares for a client."""

from typing import NamedTuple

from samples.simulation.chance import Chance
from samples.simulation.entry_writer import Way

CHECK_IN_APP = Way("system/check-in-app", "check-in-app", late=0)
LIFELINE = Way("system/988-center", "988-center", late=0)

_COUNSELORS = ("ana", "bruno", "celia", "dmitri", "esther")
_PEERS = ("felix", "gloria", "hassan", "iris")
_CASE_MANAGERS = ("joan", "kwame", "lena")
_PRESCRIBERS = ("mei", "nadia")
_SUPERVISORS = ("oscar",)


class Team(NamedTuple):
    """The people around one client."""

    counselor: Way
    peer: Way
    case_manager: Way
    prescriber: Way
    supervisor: Way


def team(chance: Chance) -> Team:
    """Somebody of each role."""
    return Team(
        counselor=Way(f"counselor/{chance.one(_COUNSELORS)}", "ehr"),
        peer=Way(f"peer/{chance.one(_PEERS)}", "peer-notes"),
        case_manager=Way(f"case_manager/{chance.one(_CASE_MANAGERS)}", "ehr"),
        prescriber=Way(f"prescriber/{chance.one(_PRESCRIBERS)}", "ehr"),
        supervisor=Way(f"supervisor/{chance.one(_SUPERVISORS)}", "ehr"),
    )
