"""Answers: what projections tell people and systems about a client, made from the elements that they keep."""

from collections.abc import Callable, Iterable
from functools import cache, reduce
from operator import or_
from types import NoneType
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from projections.elements import NOT_SHOWN, Asked, attributes, is_element
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


def answered(element: E, asked: Asked) -> At[E]:
    """The element as it is answered about that moment."""
    kind: type = type(element)
    return cast("E", _answering(kind)(element, asked))


def all_answered(elements: Iterable[E], asked: Asked) -> tuple[At[E], ...]:
    """Each of them as it is answered about that moment."""
    return tuple(answered(element, asked) for element in elements)


_Answering = Callable[[Any, Asked], Any]


@cache
def _answering(element: type) -> _Answering:
    model = answer_of(element)
    plain: list[str] = []
    found_out: list[tuple[str, _Answering]] = []
    for each in attributes(element):
        if NOT_SHOWN in each.marks:
            continue
        inner = _inner_answering(each.type)
        if each.compute:
            found_out.append((each.name, _at_a_moment(each.compute, inner)))
        elif inner:
            found_out.append((each.name, _of_attribute(each.name, inner)))
        else:
            plain.append(each.name)

    def answer(element: Any, asked: Asked) -> Any:
        said = {name: getattr(element, name) for name in plain}
        for name, find_out in found_out:
            said[name] = find_out(element, asked)
        return model(**said)

    return answer


def _of_attribute(name: str, inner: _Answering) -> _Answering:
    return lambda element, asked: inner(getattr(element, name), asked)


def _at_a_moment(compute: _Answering, inner: _Answering | None) -> _Answering:
    return (lambda element, asked: inner(compute(element, asked), asked)) if inner else compute


def _inner_answering(said: Any) -> _Answering | None:
    """How to answer a value of this type, where elements are in it."""
    if is_element(said):
        return _answering(said)
    inner = next((each for each in map(_inner_answering, get_args(said)) if each), None)
    if inner and get_origin(said) is tuple:
        of_each = inner
        return lambda elements, asked: tuple([of_each(element, asked) for element in elements])
    if inner:
        where_said = inner
        return lambda said, asked: None if said is None else where_said(said, asked)
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
