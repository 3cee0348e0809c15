"""What becomes of one event among many that are recorded independently of each other."""

from dataclasses import dataclass
from typing import TypeAlias

from domain.refusals import Refused
from service.access.scopes import NotPermitted
from service.care.errors import IdUsed


@dataclass(frozen=True, slots=True)
class RecordedAt:
    """Where it stands; `repeated` when it had been recorded before."""

    version: int
    position: int
    repeated: bool


Outcome: TypeAlias = RecordedAt | Refused | IdUsed | NotPermitted
