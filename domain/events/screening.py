"""Screening: an instrument's answers, from which it is scored (R04, R05, R37)."""

from typing import Literal

from domain.events.base import Event, FreeText
from domain.instruments.screener import ScreenerAnswers
from domain.vocabulary.people import Role


class ScreeningScored(Event):
    """An instrument was answered; its score is derived from the answers, never said (R04, R05, R37).

    The C-SSRS outside a crisis is one of them. What was not answered is left out: it is unknown, and gives a range.
    """

    type: Literal["screening_scored"] = "screening_scored"
    answers: ScreenerAnswers
    """The instrument and its answers."""
    asked_by: Role | None = None
    """Who asked, by role; left out where the client answered alone."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
