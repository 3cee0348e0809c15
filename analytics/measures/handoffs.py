"""How care is handed on (R54): how soon handoffs are accepted and the client is met."""

from typing import Any, Final

from sqlalchemy import Select

from analytics.measures.measure import Kind, Measure, cases, day_of, hours_between, rows, value
from analytics.measures.tasks import met_in_time
from analytics.view import Sources
from analytics.views.coordination import HANDOFFS
from domain.vocabulary.obligations import ObligationKind

_ASKED: Final = "The day on which the handoff was asked for (UTC)."
_BY_URGENCY: Final = "how urgent it is"


def _hours_to_accepted(sources: Sources) -> Select[Any]:
    handoff = rows(HANDOFFS, sources)
    waited = value(hours_between(handoff.c.requested_at, handoff.c.accepted_at))
    found = cases(handoff, "handoff", day_of(handoff.c.requested_at), waited, group=handoff.c.urgency)
    return found.where(handoff.c.accepted_at.is_not(None))


def _hours_to_met(sources: Sources) -> Select[Any]:
    handoff = rows(HANDOFFS, sources)
    waited = value(hours_between(handoff.c.accepted_at, handoff.c.completed_at))
    found = cases(handoff, "handoff", day_of(handoff.c.requested_at), waited, group=handoff.c.urgency)
    return found.where(handoff.c.accepted_at.is_not(None), handoff.c.completed_at.is_not(None))


HOURS_TO_ACCEPTANCE: Final = Measure(
    name="hours_to_acceptance",
    title="Hours until a handoff was accepted",
    version=1,
    kind=Kind.AMOUNT,
    unit="hours",
    case="A handoff that was accepted.",
    numerator="The hours from when it was asked for until it was accepted.",
    denominator="Handoffs that were accepted; acceptance_in_time tells of those that were not.",
    exclusions="None.",
    period=_ASKED,
    source="Our choice.",
    cases=_hours_to_accepted,
    group=_BY_URGENCY,
    better="lower",
)

HOURS_TO_MEETING: Final = Measure(
    name="hours_to_meeting",
    title="Hours from acceptance until the client was met",
    version=1,
    kind=Kind.AMOUNT,
    unit="hours",
    case="A handoff that was completed.",
    numerator="The hours from acceptance until the receiver met the client.",
    denominator="Handoffs that were completed; meeting_in_time tells of those that were not.",
    exclusions="None.",
    period=_ASKED,
    source="Our choice.",
    cases=_hours_to_met,
    group=_BY_URGENCY,
    better="lower",
)

ACCEPTANCE_IN_TIME: Final = Measure(
    name="acceptance_in_time",
    title="Handoffs accepted in time",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="An acceptance that a handoff asked for.",
    numerator="It was accepted by the time at which that was due.",
    denominator="Handoffs that were accepted, or whose acceptance is due by now.",
    exclusions="Those that were withdrawn, or released otherwise, before that was due.",
    period="The day on which the acceptance was due (UTC).",
    source="Our choice; by when it is due stands in the organization's policy.",
    cases=met_in_time(ObligationKind.HANDOFF_ACCEPTANCE),
    group="the role whose task it is",
    better="higher",
)

MEETING_IN_TIME: Final = Measure(
    name="meeting_in_time",
    title="Clients met in time after a handoff",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A meeting that an accepted handoff asked for.",
    numerator="The receiver met the client by the time at which that was due.",
    denominator="Meetings that took place, or are due by now.",
    exclusions="Those that were released before they were due.",
    period="The day on which the meeting was due (UTC).",
    source="Our choice; by when it is due stands in the organization's policy.",
    cases=met_in_time(ObligationKind.CLIENT_MEETING),
    group="the role whose task it is",
    better="higher",
)

OF_HANDOFFS: Final = (ACCEPTANCE_IN_TIME, HOURS_TO_ACCEPTANCE, MEETING_IN_TIME, HOURS_TO_MEETING)
