"""Early-warning signals: what tells of trouble ahead, and who took note of it (R49).

A module for each rule, or for those that rest on the same; what all share is in signal.py. A further rule is its
module, a line in RULES and a term of SignalRule; its numbers are the policy's.
"""

from typing import Any, Final

from projections.answers import Answer, At, all_answered
from projections.elements import ViewContext
from projections.fold import Fold
from projections.projection import Projection
from projections.signals import (
    check_ins,
    ladder_steps,
    missed_check_ins,
    missed_sessions,
    screenings,
    triggers_ahead,
)
from projections.signals.signal import SIGNAL, Signal
from projections.strand_states import StrandStates
from projections.strands import Strands

RULES: Final[dict[str, Fold[Any]]] = {
    "check_ins": check_ins.fold,
    "missed_check_ins": missed_check_ins.fold,
    "missed_sessions": missed_sessions.fold,
    "triggers_ahead": triggers_ahead.fold,
    "ladder_steps": ladder_steps.fold,
    "screenings": screenings.fold,
}
"""The fold of each strand of signals, by the name under which its state is kept."""


class SignalsAnswer(Answer):
    """A client's early-warning signals: those that wait first, the latest of them on top; then all others."""

    waiting: int
    """How many hold without anybody having taken note of them."""
    signals: tuple[At[Signal], ...]
    """Every signal that was ever raised."""


def view(state: StrandStates, context: ViewContext) -> SignalsAnswer:
    """The signals as they stand at a moment; what will be raised if nothing comes between is none yet."""
    all_kept = (each for strand in RULES for each in getattr(state, strand).raised)
    raised = (each for each in all_kept if each.raised_at <= context.at)
    latest_first = all_answered(sorted(raised, key=lambda each: each.raised_at, reverse=True), context)
    waiting = [each for each in latest_first if each.waits]
    others = (each for each in latest_first if not each.waits)
    return SignalsAnswer(waiting=len(waiting), signals=(*waiting, *others))


fold = Strands(RULES, version=2)
SIGNALS = Projection(name="signals", title="Signals", version=fold.version, fold=fold, view=view)

__all__ = ["RULES", "SIGNAL", "SIGNALS", "SignalsAnswer", "view"]
