"""How tests read a client's early-warning signals."""

from typing import Any
from uuid import UUID

from domain.vocabulary.signals import SignalRule
from projections.signals import SIGNAL, SIGNALS, SignalsAnswer
from tests.builders import History, Moment, folded, moment
from tests.projections.reading import by_column


def shown(history: History, at: Moment) -> SignalsAnswer:
    """The signals as a read at that moment shows them."""
    answer = SIGNALS.answer(folded(SIGNALS, history, as_of=at), moment(at), history.policy)
    assert isinstance(answer, SignalsAnswer)
    return answer


def waiting(history: History, at: Moment) -> list[tuple[SignalRule, UUID]]:
    """The rule of each signal that waits at that moment, and the entry that raised it; the latest first."""
    return [(each.rule, each.event_id) for each in shown(history, at).signals if each.waits]


def rows(history: History) -> list[dict[str, Any]]:
    """The rows of all signals, those that lie ahead among them."""
    return by_column(SIGNAL, SIGNALS.rows(folded(SIGNALS, history)))
