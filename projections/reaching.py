"""Who reached a client: an answer of the client's own to somebody of the team, which tells how the client is (C7)."""

from collections.abc import Callable
from typing import Any, Final

from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded
from domain.vocabulary.contacts import Channel
from domain.vocabulary.people import TEAM

_REACHED: Final[dict[type[Event], Callable[[Any], bool]]] = {
    SessionHeld: lambda event: event.held_by in TEAM,
    OutreachMade: lambda event: event.reached and event.made_by in TEAM,
    CheckInReceived: lambda event: event.automated is False,
    CrisisContactRecorded: lambda event: event.channel is Channel.IN_PERSON,
}


def reached_by_the_team(event: Event) -> bool:
    """Whether somebody of the team reached the client, which meets a follow-up (R42; our choice).

    A session with somebody of the team, an answered outreach of theirs, a check-in that is said not to be automated,
    and a crisis contact in person. Over the phone it is most often the client who called once more: that is a crisis
    that goes on, and follows nothing up. What an outside party or the family did tells the team nothing yet.
    """
    asks = _REACHED.get(type(event))
    return asks is not None and asks(event)
