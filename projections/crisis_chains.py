"""Crises as chains: contacts of which one continues another are one crisis (C9), and tell of its risk together."""

from dataclasses import dataclass
from typing import Annotated, Final, TypeVar
from uuid import UUID

from domain.entry import Entry
from domain.events.crisis import CrisisContactRecorded
from domain.instruments.cssrs import NOTHING_ANSWERED, CssrsAnswers, Triage, crisis_triage
from domain.vocabulary.crisis import CrisisKind, RiskTier
from projections.collection import Elements
from projections.elements import KEY

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Link:
    """To which crisis a contact belongs."""

    event_id: Annotated[UUID, KEY]
    """The entry of the contact, or one that a contact continues, though it may have been retracted."""
    crisis: UUID
    """The entry of the contact with which that crisis began, which is its name."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Which contacts belong to which crisis."""

    links: Elements[Link] = Elements()

    def crisis_of(self, contact: UUID | None) -> UUID | None:
        """The crisis to which the contact belongs; None where it is not known."""
        link = self.links.get(contact)
        return link.crisis if link else None

    def joined_by(self, entry: Entry, event: CrisisContactRecorded) -> "Chains":
        """With one more contact: in the crisis of the one that it continues, or the beginning of another."""
        crisis = self.crisis_of(event.continues) or entry.id
        links = self.links.put(Link(entry.id, crisis))
        if event.continues and not self.links.get(event.continues):
            links = links.put(Link(event.continues, crisis))
        return Chains(links)


@dataclass(frozen=True, slots=True)
class Risk:
    """What the contacts of a crisis tell of risk. Take the highest: a yes stands, whatever was said later (R37)."""

    kinds: tuple[CrisisKind, ...] = ()
    cssrs: CssrsAnswers = NOTHING_ANSWERED
    overdose_danger: bool | None = None

    def joined_by(self, event: CrisisContactRecorded) -> "Risk":
        """With what one more contact tells."""
        danger = event.overdose_danger
        if danger is None and CrisisKind.OVERDOSE_DANGER in event.kinds:
            danger = True  # what the kind says need not be ticked once more; only a judgment says that there is none
        return Risk(
            kinds=united(self.kinds, event.kinds),
            cssrs=self.cssrs.joined_by(event.cssrs) if event.cssrs else self.cssrs,
            overdose_danger=self.overdose_danger if self.overdose_danger or danger is None else danger,
        )

    @property
    def triage(self) -> Triage:
        """The tier, and which one cannot be excluded."""
        return crisis_triage(self.cssrs, self.overdose_danger)

    @property
    def calls_for_caring_contacts(self) -> bool:
        """Whether there were thoughts or acts of suicide, or the tier is high. What is unknown asks for a screener,
        not for a year of letters: our choice."""
        said_yes = any(self.cssrs.model_dump().values())
        return said_yes or CrisisKind.SUICIDAL_THOUGHTS in self.kinds or self.triage.tier is RiskTier.HIGH


NO_RISK_TOLD: Final = Risk()
NO_CHAINS: Final = Chains()


def united(some: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    """All of the one, then what the other adds."""
    return tuple(dict.fromkeys((*some, *more)))
