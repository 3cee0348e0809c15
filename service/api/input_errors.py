"""What pydantic finds wrong, in our own words: pydantic's may quote the input."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from domain.events.catalogue import EVENT_TYPES
from service.api.field_errors import MOST_ERRORS, FieldError, field_path

_MESSAGES: Final = {
    "missing": "This field is needed.",
    "extra_forbidden": "There is no such field here; leave it out.",
    "union_tag_not_found": "Say in `type` what kind of event this is.",
    "union_tag_invalid": "There is no such type of event here; the API's description lists them.",
    "enum": "Choose one of {expected}.",
    "literal_error": "Choose {expected}.",
    "string_type": "Give a text.",
    "string_too_short": "Give {min_length} or more characters.",
    "string_too_long": "Give {max_length} characters at most.",
    "string_pattern_mismatch": "Give a text that matches {pattern}.",
    "list_type": "Give a list.",
    "tuple_type": "Give a list.",
    "too_short": "Give {min_length} or more of these.",
    "too_long": "Give {max_length} of these at most.",
    "model_type": "Give a JSON object.",
    "dict_type": "Give a JSON object.",
    "model_attributes_type": "Give a JSON object.",
    "bool_type": "Give true or false.",
    "int_type": "Give a whole number.",
    "int_parsing": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "float_type": "Give a number.",
    "finite_number": "Give a finite number.",
    "greater_than": "Give more than {gt}.",
    "greater_than_equal": "Give at least {ge}.",
    "less_than": "Give less than {lt}.",
    "less_than_equal": "Give at most {le}.",
    "uuid_type": "Give a UUID.",
    "uuid_parsing": "Give a UUID.",
    "date_type": "Give a date, such as 2026-03-01.",
    "date_parsing": "Give a date, such as 2026-03-01.",
    "date_from_datetime_parsing": "Give a date, such as 2026-03-01.",
    "date_from_datetime_inexact": "Give a date without a time of day, such as 2026-03-01.",
    "datetime_type": "Give a date and time with its zone, such as 2026-03-01T15:00:00Z.",
    "datetime_parsing": "Give a date and time with its zone, such as 2026-03-01T15:00:00Z, in microseconds at most.",
    "datetime_from_date_parsing": "Give a date and time with its zone, such as 2026-03-01T15:00:00Z.",
    "timezone_aware": "Name the time zone: end with Z for UTC, or an offset like -05:00.",
}
_OTHERWISE: Final = "This does not have the form that the API's description gives."

_OF_THE_RULE: Final = ("expected", "min_length", "max_length", "pattern", "gt", "ge", "lt", "le")
"""What may be quoted: it comes from the rule, never from the input."""

_PYDANTICS_OWN: Final = frozenset(get_args(ErrorType)) - {"value_error"}

_TAGGED: Final = frozenset({"event", "replacement"})
"""Fields that hold one of several kinds of event; pydantic puts the kind into the path below them."""


ONE, SEVERAL = "<one event>", "<several events>"
"""Where a body is one event or a list of them: pydantic puts which of the two into the path."""

_TAGS: Final = frozenset({ONE, SEVERAL})


def input_errors(error: ValidationError) -> list[FieldError]:
    """Each error in a body with the field's path, the rule and what to do instead, the first ones when many."""
    return [_field_error(each, each["loc"]) for each in islice(_details(error), MOST_ERRORS)]


def field_errors(details: Iterable[ErrorDetails]) -> list[FieldError]:
    """The same for what FastAPI found, whose places begin with `path`, `query` or `header`."""
    return [_field_error(each, each["loc"][1:]) for each in islice(details, MOST_ERRORS)]


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _field_error(detail: ErrorDetails, location: tuple[int | str, ...]) -> FieldError:
    return FieldError(field=field_path(_place(location)), rule=_rule(detail["type"]), message=_message(detail))


def _place(location: tuple[int | str, ...]) -> Iterator[int | str]:
    above: int | str | None = None
    for part in location:
        if (above in _TAGGED and part in EVENT_TYPES) or part in _TAGS:
            above = None
        else:
            yield part
            above = part


def _rule(kind: str) -> str:
    return "valid_value" if kind == "value_error" else kind


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in _MESSAGES:
        context: dict[str, Any] = detail.get("ctx", {})
        return _MESSAGES[kind].format_map({name: context[name] for name in _OF_THE_RULE if name in context})
    if kind in _PYDANTICS_OWN:
        return _OTHERWISE
    # A message of our own validators, which follow the rule never to quote what they were given.
    return detail["msg"].removeprefix("Value error, ")
