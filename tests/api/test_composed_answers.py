"""The JSON of an answer, composed of a part that is kept, is what its model would give."""

from uuid import UUID

from hypothesis import given, settings

from projections.catalogue import PROJECTIONS
from service.api.responses import json_of, json_with
from service.api.routers.projections import Asked, about, answer_of
from service.projector.last_answer import LastAnswer
from tests.builders import POLICY, History, folded
from tests.strategies import histories

CLIENT = UUID(int=7)


@settings(max_examples=40)
@given(histories())
def test_a_composed_answer_is_the_plain_one(history: History) -> None:
    at = history.last_recorded
    for projection in PROJECTIONS:
        last = LastAnswer(folded(projection, history))
        answer = last.about(projection, at, POLICY)
        asked = Asked(CLIENT, history.version, at, None)
        plain = answer_of(projection, asked, answer)
        field = next(reversed(type(plain).model_fields))

        assert json_with(about(projection, asked), field, last.json(answer)) == json_of(plain)
