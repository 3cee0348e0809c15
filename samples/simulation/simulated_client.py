"""What is going on in one client's life and care, while their story is told day by day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from uuid import UUID

from domain.events.base import Event
from domain.vocabulary.asam import LevelOfCare
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand
from domain.vocabulary.substances import Substance
from domain.vocabulary.supports import SupportGroup
from samples.simulation.chance import Chance
from samples.simulation.days import Days
from samples.simulation.entry_writer import EntryWriter, Way, Written
from samples.simulation.team import Team


@dataclass(slots=True)
class OpenGoal:
    """A goal that is being worked on, and where it stands."""

    set_by: Written
    value: float
    target: float
    closes_on: int


@dataclass(slots=True)
class OpenCrisis:
    """A crisis and what it has led to."""

    contact: Written
    high_risk: bool
    overdose_danger: bool
    passed: bool = False


class SimulatedClient:
    """One client: who cares for them, how they are, and what has been agreed for coming days.

    Days are counted as the clinic counts them. The strands of care (contacts, goals, crises …) are functions
    of a story: each writes what happens on its day, and puts on the agenda what follows from it.
    """

    def __init__(
        self, client_id: UUID, chance: Chance, days: Days, team: Team, room: int, stay: tuple[int, int]
    ) -> None:
        self.client_id = client_id
        self.chance = chance
        self.days = days
        self.team = team
        self.writer = EntryWriter(client_id, days, chance, room)
        self.arrives, self.leaves = stay
        self.day = self.arrives
        self.in_care = False
        self.craving = chance.between(3.5, 6.5)
        self.mood = chance.between(3.5, 6.5)
        self.substances: tuple[Substance, ...] = ()
        self.last_use = self.arrives
        self.intake: Written | None = None
        self.goals: list[OpenGoal] = []
        self.interventions: dict[CareStrand, Written] = {}
        self.crisis: OpenCrisis | None = None
        self.roles: set[Role] = set()
        self.group: SupportGroup | None = None
        self.level: LevelOfCare | None = None
        self.session_day = chance.whole(0, 4)
        self.group_day = chance.whole(0, 9)
        self._agenda: list[tuple[int, int, Callable[[SimulatedClient], None]]] = []
        self._agreed = 0

    @property
    def today(self) -> date:
        """The date of the day that is being told."""
        return self.days.date(self.day)

    @property
    def works_today(self) -> bool:
        """Whether the clinic is open."""
        return self.days.weekday(self.day) < 5

    def write(
        self, event: Event, hour: float, way: Way, *about: Written, correlation_id: UUID | None = None
    ) -> Written:
        """Write what happens today at that hour; it is about these earlier entries."""
        return self.writer.write(event, self.days.at(self.day, hour), way, *about, correlation_id=correlation_id)

    def later(self, days: int, what: "Callable[[SimulatedClient], None]") -> None:
        """Put something on the agenda, so many days from now."""
        self._agreed += 1
        heappush(self._agenda, (self.day + days, self._agreed, what))

    def do_what_is_due(self) -> None:
        """Do what is on the agenda for today."""
        while self._agenda and self._agenda[0][0] <= self.day:
            heappop(self._agenda)[2](self)

    def working_hour(self) -> float:
        """Some hour at which the clinic is open."""
        return self.chance.between(8.5, 17.5)

    def waking_hour(self) -> float:
        """Some hour at which people are awake."""
        return self.chance.between(6.5, 23)
