"""A crisis and its follow-ups as tests read them: what the care plan shows, by hours after the crisis."""

from datetime import datetime, timedelta

from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.obligations import ObligationKind
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.care_plan.crisis import Crisis
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, folded, moment, only

AT = "2026-03-02T15:00Z"
MUCH_LATER = "2026-06-01T15:00Z"
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
CONTACT, FIND = ObligationKind.CRISIS_CONTACT, ObligationKind.FIND_CLIENT
NOTHING_FOUND = CssrsAnswers(q1=False, q2=False, q6_ever=False)
ALL_YES = CssrsAnswers(q1=True, q2=True, q3=True, q4=True, q5=True, q6_ever=True, q6_last_3_months=True)


def after(hours: float) -> datetime:
    return moment(AT) + timedelta(hours=hours)


def shown(history: History, at: datetime | str = MUCH_LATER) -> CarePlanAnswer:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return answer


def the_crisis(history: History) -> Crisis:
    found: Crisis = only(shown(history).crises)
    return found


def asked(history: History, kind: ObligationKind, at: datetime | str = MUCH_LATER) -> list[Obligation]:
    found = (each for each in shown(history, at).obligations if each.kind is kind)
    return sorted(found, key=lambda each: (each.because, each.step))


def statuses(history: History, kind: ObligationKind, at: datetime | str = MUCH_LATER) -> list[ObligationStatus]:
    return [each.status for each in asked(history, kind, at)]
