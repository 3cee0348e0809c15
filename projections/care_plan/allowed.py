"""What consents and court orders have in common: each allows to disclose something to somebody for a time."""

from datetime import datetime
from typing import Annotated

from domain.events.base import ShortText
from projections.asked_at import AnyMoment
from projections.elements import NOT_SHOWN, Named, ViewContext, at_a_moment


class AllowedDisclosure:
    """A disclosure that somebody allowed. The element that is one has these fields, in its own order."""

    __slots__ = ()

    recipients: tuple[ShortText, ...]
    holds_from: datetime
    ends_at: datetime | None

    @property
    def number_of_recipients(self) -> Annotated[int, Named("recipients"), NOT_SHOWN]:
        """How many recipients it names."""
        return len(self.recipients)

    @at_a_moment
    def in_force(self, context: ViewContext) -> bool:
        """Whether it holds at the moment asked about."""
        return self.holds(context.at)

    def holds(self, at: AnyMoment) -> bool:
        """Whether it holds at that moment."""
        return self.holds_from <= at and (self.ends_at is None or at < self.ends_at)
