"""What is asked of lists over many clients, and the places at which their pages go on."""

from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from service.api.field_errors import FieldError
from service.api.parameters import IN_DIGITS, plain_uuid, true_or_false
from service.api.problems import InvalidInput
from service.care.lists import Part

_FORM: Final = "^[A-Za-z0-9_-]{1,400}$"
_NOT_A_PLACE: Final = "Give what `next` of a page of this list says, as it is."

_Moment = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(2300, 1, 1, tzinfo=UTC))]
_Step = Annotated[int, Field(ge=1, le=2**31 - 1)]

TASK_PLACE: Final = TypeAdapter(tuple[_Moment, UUID, ObligationKind, UUID, _Step])
CLIENT_PLACE: Final = TypeAdapter(tuple[UUID])
SIGNAL_PLACE: Final = TypeAdapter(tuple[_Moment, UUID, SignalRule, UUID, date])


_Answered = Annotated[bool | None, BeforeValidator(true_or_false)]
_PersonId = Annotated[UUID | None, BeforeValidator(plain_uuid)]


class ListQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(frozen=True)

    after: Annotated[
        str | None, Field(pattern=_FORM, description="Go on where a page before ended: what its `next` says.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many rows at most."), IN_DIGITS] = 200
    position: Annotated[
        Annotated[int, Field(ge=0, le=999_999_999_999)] | None,
        Field(
            description="The position that the list has to reflect, as receipts of recorded events name it. The answer"
            " waits for it for a few seconds; where that is not enough it is 503 `lists-behind`.",
        ),
        IN_DIGITS,
    ] = None

    def part(self, places: TypeAdapter[Any]) -> Part:
        """The part that is asked for, of a list with such places. Raises InvalidInput."""
        after = _place(places, self.after) if self.after is not None else None
        return Part(after, self.limit, self.position)


class WorklistQuery(ListQuery):
    """What of the worklist."""

    role: Annotated[Role | None, Field(description="Only the tasks of this role.")] = None
    person_id: Annotated[_PersonId, Field(description="Only the tasks of the person with this actor id.")] = None
    kind: Annotated[ObligationKind | None, Field(description="Only tasks of this kind.")] = None
    late: Annotated[_Answered, Field(description="Only what is late, or only what is not: true or false.")] = None


class CaseloadQuery(ListQuery):
    """Whose clients."""

    person_id: Annotated[
        _PersonId, Field(description="Only clients on whose team the person with this actor id is now.")
    ] = None
    in_care: Annotated[
        _Answered, Field(description="Only clients with an open episode of care, or only the others: true or false.")
    ] = None


class SignalsQuery(ListQuery):
    """Which signals."""

    rule: Annotated[SignalRule | None, Field(description="Only those that this rule raised.")] = None


def place_after(key: tuple[object, ...]) -> str:
    """The place after the row with this key, as `next` says it."""
    return urlsafe_b64encode(to_json(key)).decode().rstrip("=")


def _place(places: TypeAdapter[Any], said: str) -> tuple[Any, ...]:
    try:
        text = b64decode(said + "=" * (-len(said) % 4), altchars=b"-_", validate=True)
        place: tuple[Any, ...] = places.validate_json(text)
    except (ValueError, ValidationError):
        error = FieldError(field="after", rule="known_place", message=_NOT_A_PLACE)
        raise InvalidInput("The query does not fit the list; see `errors`.", errors=[error]) from None
    return place
