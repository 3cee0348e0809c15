"""Answers: what projections tell people and systems about a client, made from the elements that they keep."""

from collections.abc import Callable, Iterable
from functools import cache, reduce
from operator import attrgetter, or_
from types import NoneType
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from projections.elements import NOT_SHOWN, ViewContext, attributes, is_element
from projections.meanings import one_line

E = TypeVar("E")


class Answer(BaseModel):
    """A part of what a projection answers. The docstring under each field describes it to the API's callers."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class _OfElement(Answer):
    model_config = ConfigDict(use_attribute_docstrings=False)  # they come from the element


class _AsAnswered:
    """Turns an element's type into that of its answer, in the fields of other answers."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(answer_of(source))


AS_ANSWERED: Final = _AsAnswered()

At: TypeAlias = Annotated[E, AS_ANSWERED]
"""`At[Consent]` is a consent as it is answered: what it shows, and what it says only at the moment asked about."""


@cache
def answer_of(element: type) -> type[Answer]:
    """The model of the element's answers: all that it says but what is marked NOT_SHOWN, each field described."""
    fields: dict[str, Any] = {
        each.name: (_answered_type(each.type), Field(description=each.meaning))
        for each in attributes(element)
        if NOT_SHOWN not in each.marks
    }
    name, said = f"{element.__name__.removesuffix('Answer')}Answer", one_line(element.__doc__ or "")
    return create_model(name, __base__=_OfElement, __module__=element.__module__, __doc__=said, **fields)


def answered(element: E, context: ViewContext) -> At[E]:
    """The element as it is answered about that moment."""
    kind: type = type(element)
    return cast("E", answer_of(kind)(**_saying(kind)(element, context)))


def all_answered(elements: Iterable[E], context: ViewContext) -> tuple[At[E], ...]:
    """Each of them as it is answered about that moment."""
    return tuple(answered(element, context) for element in elements)


_Saying = Callable[[Any, ViewContext], Any]


@cache
def _saying(element: type) -> Callable[[Any, ViewContext], dict[str, Any]]:
    """What an answer says of such an element, the elements in it alike."""
    plain = []
    found_out: list[tuple[str, _Saying]] = []
    for each in attributes(element):
        if NOT_SHOWN in each.marks:
            continue
        inner = _inner_saying(each.type)
        if each.compute:
            found_out.append((each.name, _at_a_moment(each.compute, inner)))
        elif inner:
            found_out.append((each.name, _of_attribute(each.name, inner)))
        else:
            plain.append(each.name)

    values = attrgetter(*plain) if len(plain) > 1 else lambda each: [getattr(each, name) for name in plain]

    def say(element: Any, context: ViewContext) -> dict[str, Any]:
        said = dict(zip(plain, values(element), strict=True))
        for name, find_out in found_out:
            said[name] = find_out(element, context)
        return said

    return say


def _of_attribute(name: str, inner: _Saying) -> _Saying:
    return lambda element, context: inner(getattr(element, name), context)


def _at_a_moment(compute: _Saying, inner: _Saying | None) -> _Saying:
    return (lambda element, context: inner(compute(element, context), context)) if inner else compute


def _inner_saying(said: Any) -> _Saying | None:
    """How to say a value of this type, where elements are in it."""
    if is_element(said):
        return _saying(said)
    inner = next((each for each in map(_inner_saying, get_args(said)) if each), None)
    if inner and get_origin(said) is tuple:
        of_each = inner
        return lambda elements, context: tuple([of_each(element, context) for element in elements])
    if inner:
        where_said = inner
        return lambda said, context: None if said is None else where_said(said, context)
    return None


def _answered_type(said: Any) -> Any:
    """The type with each element in it replaced by its answer's."""
    if is_element(said):
        return answer_of(said)
    inner = get_args(said)
    if get_origin(said) is tuple:
        return tuple[tuple(each if each is Ellipsis else _answered_type(each) for each in inner)]  # type: ignore[misc]
    if NoneType in inner:
        return reduce(or_, map(_answered_type, inner))
    return said
