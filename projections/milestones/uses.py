"""Times of use: what entries tell of the use of substances, put together by its days, whatever the order of recording.

An intake tells of a time of use that ended with the last one, or of which that is not known; a lapse tells of the
days of a use. What is not known stays unknown until an entry says it: nothing is counted meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from domain.entry import Entry, Recorded
from domain.events.intake import SubstanceUse
from domain.events.lapses import LapseRecorded
from domain.policy.milestones import MilestonesPolicy
from domain.replacing import replace
from domain.vocabulary.substances import OPIOIDS, Substance, UseFrequency
from projections.context import Context
from projections.elements import KEY, OneOf

OVERALL: Final = "overall"
"""The track of all substances together; the other tracks are named after their substance."""

OF_TRACKS: Final = OneOf((*Substance, OVERALL))
"""Marks the name of a track."""

_DAY = timedelta(days=1)
_MOST_WEEKS: Final = frozenset({UseFrequency.DAILY, UseFrequency.SEVERAL_DAYS_A_WEEK, UseFrequency.WEEKLY})


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry tells of the use of a substance."""

    event_id: Annotated[UUID, KEY]
    """The entry: an intake or a lapse."""
    substance: Annotated[Substance, KEY]
    """The substance."""
    told_by: Annotated[Recorded, KEY]
    """The entry as it was recorded, or the correction after which it tells this."""
    told_on: date
    """The local day on which an intake told of it, or the lapse began."""
    began_on: date
    """The first local day of use, as far as it is known."""
    ended_on: date | None
    """The last local day of use; None where that is not known."""
    intake: UUID | None
    """The intake, where one told of it: it tells of the use up to its day."""
    numbers: MilestonesPolicy
    """The numbers in force."""
    withdrawn_by: Recorded | None = None
    """The correction or retraction after which it does not tell this any more; None where it does."""


def told_at_intake(intake: UUID, entry: Entry, uses: Iterable[SubstanceUse], context: Context) -> list[Told]:
    """What an intake tells: of each substance, that use went on until the last one.

    Where it is not said since when, use went on for the month before an intake which says that in most of its weeks
    there was some, or which cannot say when the last was; else nothing is told but the last day. No use lies after
    the day on which it is told.
    """
    day, numbers = context.day(entry), context.policy.milestones
    found: dict[Substance, Told] = {}
    for use in uses:
        ended_on = use.last_used_on and min(use.last_used_on, day)
        a_month_ago = day - numbers.use_before_intake_days * _DAY
        regular = ended_on is None or use.frequency in _MOST_WEEKS
        began_on = use.using_since or (a_month_ago if regular else day)
        told = Told(
            event_id=entry.id,
            substance=use.substance,
            told_by=entry.said.told_by,
            told_on=day,
            began_on=min(began_on, ended_on or day),
            ended_on=ended_on,
            intake=intake,
            numbers=numbers,
            withdrawn_by=entry.said.withdrawn_by,
        )
        found[use.substance] = _both(found[use.substance], told) if use.substance in found else told
    return list(found.values())


def _both(one: Told, other: Told) -> Told:
    """What an intake says of a substance that it names twice, for instance with two routes."""
    later = max((one, other), key=lambda told: told.ended_on or date.min)
    return replace(later, began_on=min(one.began_on, other.began_on))


def told_by_lapse(entry: Entry, event: LapseRecorded, context: Context) -> list[Told]:
    """What a lapse tells: use on its day, and on those up to its end where it went on."""
    day = context.day(entry)
    ended_on = max(day, event.until or day)
    return [
        Told(
            event_id=entry.id,
            substance=substance,
            told_by=entry.said.told_by,
            told_on=day,
            began_on=day,
            ended_on=ended_on,
            intake=None,
            numbers=context.policy.milestones,
            withdrawn_by=entry.said.withdrawn_by,
        )
        for substance in dict.fromkeys(event.substances)
    ]


def counts_overall(told: Told) -> bool:
    """Whether its substance counts overall."""
    return told.substance not in told.numbers.not_in_overall


def tracks_of(told: Told) -> list[str]:
    """The tracks that it concerns: overall, opioids where it is one, its own."""
    overall = [OVERALL] if counts_overall(told) else []
    group = [str(Substance.OPIOIDS)] if told.substance in OPIOIDS else []
    return list(dict.fromkeys([*overall, *group, str(told.substance)]))


class TimeOfUse(NamedTuple):
    """Days of use in a row, or as good as: nobody said that there was a day without between them."""

    began_on: date
    began: Told
    """What tells of its first day."""
    ended_on: date | None
    """Its last day; None where that is not known."""
    ended: Told
    """What tells of its last day, or that it is not known."""


class TimesOfUse:
    """All that is told about a client's uses, by track: a substance, opioids together, or all that count overall."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._told: dict[Substance, list[Told]] = defaultdict(list)
        self._first_intake: UUID | None = None
        for each in told:
            self._told[each.substance].append(each)
            self._first_intake = self._first_intake or each.intake
        self._alone = {substance: _one_substance(self._of(substance)) for substance in self._told}

    def tracks(self) -> list[str]:
        """The tracks there are: overall, opioids where there are any, each substance."""
        counts = any(self._counts(substance) for substance in self._told)
        group = [str(Substance.OPIOIDS)] if self._told.keys() & OPIOIDS else []
        return list(dict.fromkeys([*([OVERALL] if counts else []), *group, *map(str, self._told)]))

    def of(self, track: str) -> list[TimeOfUse]:
        """The times of use of that track, in order, with a day without use between each and the next."""
        return self._together(self._members(track))

    def unknown(self, track: str) -> tuple[Substance, ...]:
        """The substances of that track whose last use is not known."""
        return tuple(
            substance
            for substance in self._members(track)
            if any(time.ended_on is None for time in self._alone[substance])
        )

    def _members(self, track: str) -> list[Substance]:
        if track == OVERALL:
            return [substance for substance in self._told if self._counts(substance)]
        if track == Substance.OPIOIDS:
            return [substance for substance in self._told if substance in OPIOIDS]
        return [Substance(track)]

    def _counts(self, substance: Substance) -> bool:
        """Whether it counts overall, by the numbers in force when it was told of last."""
        return counts_overall(self._told[substance][-1])

    def _of(self, substance: Substance) -> list[Told]:
        """What is told of it. A lapse with an opioid that is not named may have been with one that was used before."""
        told = self._told[substance]
        if substance not in OPIOIDS or substance is Substance.OPIOIDS:
            return told
        since = min(each.began_on for each in told)
        unnamed = [each for each in self._told.get(Substance.OPIOIDS, ()) if not each.intake and each.began_on >= since]
        return [*told, *unnamed]

    def _together(self, members: list[Substance]) -> list[TimeOfUse]:
        """Nothing is counted before each substance that the first intake tells of has a day of use that is known:
        what had been used before it, nobody says."""
        joined = _joined(time for substance in members for time in self._alone[substance])
        known_from = max(
            (self._alone[substance][0].began_on for substance in members if self._told_first(substance)),
            default=date.min,
        )
        return [time for time in joined if time.ended_on is None or time.ended_on >= known_from]

    def _told_first(self, substance: Substance) -> bool:
        return any(each.intake == self._first_intake for each in self._told[substance] if each.intake)


def _one_substance(told: list[Told]) -> list[TimeOfUse]:
    """A substance's times of use. There is one at least."""
    times = [TimeOfUse(each.began_on, each, each.ended_on, each) for each in told if not each.intake]
    return _joined([*times, *_at_intakes(told)])


def _at_intakes(told: list[Told]) -> Iterator[TimeOfUse]:
    """The times of use of which intakes tell. A later intake tells anew only of what was later.

    Use of which the last day was not known lasted until the next day of use that is told from then on: by a lapse,
    or by a later intake, which may also tell that it had ended before.
    """
    latest = date.min
    lasting: Told | None = None
    for each in sorted(told, key=lambda one: one.told_on):
        if lasting and each.ended_on and each.ended_on >= lasting.began_on:
            yield TimeOfUse(lasting.began_on, lasting, each.ended_on, each)
        if each.ended_on:
            lasting = None
        if each.intake and each.ended_on is None:
            lasting = lasting or each
        elif each.intake and each.ended_on and each.ended_on > latest:
            latest = each.ended_on
            yield TimeOfUse(each.began_on, each, each.ended_on, each)
    if lasting:
        yield TimeOfUse(lasting.began_on, lasting, None, lasting)


def _joined(times: Iterable[TimeOfUse]) -> list[TimeOfUse]:
    """In order, those joined between which there is no day."""
    joined: list[TimeOfUse] = []
    for time in sorted(times, key=lambda time: (time.began_on, time.ended_on or date.max)):
        last = joined[-1] if joined else None
        if last is None or (last.ended_on is not None and (time.began_on - last.ended_on) > _DAY):
            joined.append(time)
        elif last.ended_on is not None and (time.ended_on is None or time.ended_on > last.ended_on):
            joined[-1] = last._replace(ended_on=time.ended_on, ended=time.ended)
    return joined
