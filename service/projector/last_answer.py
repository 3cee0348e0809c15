"""What was last answered of a state: most who look once more are told the same."""

from datetime import datetime
from typing import Any

from domain.policy import Policy
from projections.answers import Answer
from projections.projection import AnswerUntil, Projection


class LastAnswer:
    """The last answer that was made of one state, and its JSON. It is given again for as long as it is the answer."""

    __slots__ = ("_json", "_made", "_policy", "_state")

    def __init__(self, state: Any) -> None:
        self._state = state
        self._policy: Policy | None = None
        self._made: AnswerUntil | None = None
        self._json: bytes | None = None

    @property
    def state(self) -> Any:
        """What it is made of."""
        return self._state

    def is_of(self, state: Any) -> bool:
        """Whether it is made of this very state."""
        return self._state is state

    def about(self, projection: Projection[Any], moment: datetime, policy: Policy) -> Answer:
        """What the projection, always the same one, answers about that moment, at which this policy is in force."""
        if self._made is None or self._policy is not policy or not self._made.is_about(moment):
            self._made = projection.answer_until(self._state, moment, policy)
            self._policy, self._json = policy, None
        return self._made.answer

    def json(self, answer: Answer) -> bytes:
        """An answer as JSON in UTF-8: kept of the last one, made of any other, so also of what was left of one."""
        if self._made is None or answer is not self._made.answer:
            return as_json(answer)
        if self._json is None:
            self._json = as_json(answer)
        return self._json


def as_json(answer: Answer) -> bytes:
    """An answer as JSON in UTF-8."""
    return answer.__pydantic_serializer__.to_json(answer)
