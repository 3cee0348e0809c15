"""What differs between two states of a projection, element by element (pure).

It takes as long as what changed is large: elements that are the same objects in both states are passed over.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from re import sub
from typing import Any, Final, NamedTuple
from uuid import UUID

from projections.answers import Answer, answered
from projections.elements import BEGINS, KEY, ViewContext, attributes
from projections.fold import ElementChange

_NAME_THE_EVENT: Final = ("event_id", "because")
"""Fields that name the event which put an element there."""


class DifferenceKind(Enum):
    """What became of an element."""

    ADDED = "added"
    """It was not there before."""
    CHANGED = "changed"
    """It was there, and says something else now."""
    REMOVED = "removed"
    """It is not there any more: what put it there was corrected or retracted, or something took its place."""


class Difference(NamedTuple):
    """An element that is not as it was."""

    part: str
    """What kind of element it is: `goal`, `handoff`, `crisis`, `obligation` …"""
    kind: DifferenceKind
    event_id: UUID | None
    """The event that put the element there; null where it names none."""
    before: Mapping[str, Any]
    """What it said: all of an element that is removed, and of one that changed the fields that differ."""
    after: Mapping[str, Any]
    """What it says: all of an element that was added, and of one that changed the fields that differ."""
    key: Mapping[str, Any]
    """What tells it from others of its kind, beside the event: which of the obligations it is, which track, which
    day. Empty where the event alone does."""


class _Pair(NamedTuple):
    """An element as it was and as it is; None where it is not there."""

    change: ElementChange
    before: Any
    after: Any


def differences(changes: Iterable[ElementChange], context: ViewContext) -> Iterator[Difference]:
    """What these elements said, and what they say, both asked about the same moment; each once.

    Of what is kept for a moment that lies ahead nothing is said: no answer about this one tells of it.
    """
    told: list[Difference] = []
    for pair in _pairs(changes, context.at.exact):
        for each in _of_pair(pair, context):
            if not any(each[1:] == other[1:] for other in told):
                told.append(each)
                yield each


def _pairs(changes: Iterable[ElementChange], at: datetime) -> Iterable[_Pair]:
    """Each element that differs. What went from one collection of a state into another, as what has ended does, is
    one that changed, not one that was removed and another that was added."""
    found: list[_Pair] = []
    alone: dict[Hashable, int] = {}
    for change in changes:
        if change.before == change.after:
            continue
        before, after = (_by_key(change.element, _there(change, side, at)) for side in (change.before, change.after))
        for key in before | after:
            pair = _Pair(change, before.get(key), after.get(key))
            if pair.before is not None and pair.after is not None:
                found.append(pair)
                continue
            named = (change.element, key if _keys(change.element) else len(found))
            place = alone.get(named, -1)
            if pair.before is None and place >= 0 and found[place].after is None:
                found[place] = found[place]._replace(after=pair.after)
            elif pair.after is None and place >= 0 and found[place].before is None:
                found[place] = found[place]._replace(before=pair.before)
            else:
                alone[named] = len(found)
                found.append(pair)
    return found


def _of_pair(pair: _Pair, context: ViewContext) -> Iterator[Difference]:
    if pair.before != pair.after:
        was, now = (None if each is None else answered(each, context) for each in (pair.before, pair.after))
        if pair.change.made_of_others:
            yield from _of_each_part(was, now)
        else:
            names = _keys(pair.change.element)
            yield from _difference(_named(pair.change.element), was, now, names)


def _there(change: ElementChange, elements: Iterable[Any], at: datetime) -> Iterable[Any]:
    """Those of these elements that are there at that moment."""
    begins = _begins(change.element)
    return elements if begins is None else [each for each in elements if getattr(each, begins) <= at]


def _by_key(element: type, elements: Iterable[Any]) -> dict[Any, Any]:
    """By what tells one from the other; those which nothing does stand in their order."""
    found: dict[Any, Any] = {}
    met: Counter[Any] = Counter()
    for each in elements:
        key = tuple(getattr(each, name) for name in _keys(element))
        found[key, met[key]] = each
        met[key] += 1
    return found


@cache
def _keys(element: type) -> tuple[str, ...]:
    return tuple(each.name for each in attributes(element) if KEY in each.marks)


@cache
def _begins(element: type) -> str | None:
    return next((each.name for each in attributes(element) if BEGINS in each.marks), None)


@cache
def _named(element: type) -> str:
    return sub(r"(?<!^)(?=[A-Z])", "_", element.__name__).lower()


def _of_each_part(was: Answer | None, now: Answer | None) -> Iterator[Difference]:
    there = [each for each in (was, now) if each is not None]
    for part in type(there[0]).model_fields:
        yield from _difference(part, getattr(was, part, None), getattr(now, part, None))


def _difference(part: str, was: Answer | None, now: Answer | None, keys: Collection[str] = ()) -> Iterator[Difference]:
    one, other = _said(was), _said(now)
    if one == other:
        return
    key = _said(was if now is None else now)
    key = {name: key[name] for name in keys if name in key and name not in _NAME_THE_EVENT}
    if was is None or now is None:
        kind = DifferenceKind.ADDED if was is None else DifferenceKind.REMOVED
    else:
        kind = DifferenceKind.CHANGED
        same = {name for name in one if one[name] == other[name]}
        one, other = _without(one, same), _without(other, same)
    yield Difference(part, kind, _put_there_by(was if now is None else now), one, other, key)


def _put_there_by(element: Answer | None) -> UUID | None:
    """The entry that it names; of what is asked for, that because of which it is."""
    return next((getattr(element, name) for name in _NAME_THE_EVENT if getattr(element, name, None)), None)


def _said(answer: Answer | None) -> dict[str, Any]:
    return {} if answer is None else vars(answer)


def _without(said: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}
