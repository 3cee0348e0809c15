"""Days of use told, and the milestones as tests read them."""

from datetime import date

from domain.events.intake import IntakeCompleted
from domain.policy import Policy
from domain.vocabulary.substances import Substance
from projections.milestones import MILESTONES
from projections.milestones.view import MilestonesAnswer, Track
from tests.builders import POLICY, History, Moment, folded, intake, moment, only, registered

ALCOHOL, COCAINE, NICOTINE = Substance.ALCOHOL, Substance.COCAINE, Substance.NICOTINE


def begun(time_zone: str = "America/New_York", policy: Policy = POLICY) -> History:
    history = History(policy=policy)
    history.add(registered(time_zone), at="2024-01-01T15:00Z")
    return history


def told(*uses: tuple[Substance, str | None] | dict[str, object]) -> IntakeCompleted:
    """An intake that tells of these substances and their last use."""
    said = [
        use if isinstance(use, dict) else {"substance": use[0], "last_used_on": use[1] and date.fromisoformat(use[1])}
        for use in uses
    ]
    return intake(substances=tuple(said))


def shown(history: History, at: Moment) -> MilestonesAnswer:
    answer = MILESTONES.answer(folded(MILESTONES, history), moment(at), history.policy)
    assert isinstance(answer, MilestonesAnswer)
    return answer


def track(history: History, name: str, at: Moment) -> Track:
    return only([track for track in shown(history, at).tracks if track.track == name])


def lived(found: Track) -> list[tuple[str, str | None, int]]:
    return [
        (f"{each.started_on}", f"{each.ended_on}" if each.ended_on else None, each.days) for each in found.stretches
    ]
