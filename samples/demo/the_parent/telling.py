"""How the story of the parent is told: with looks at the plan on the way, back from its end, and a late entry."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from rich.text import Text

from domain.vocabulary.obligations import ObligationKind
from projections.answers import Answer
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.milestones import MILESTONES
from projections.milestones.view import MilestonesAnswer
from projections.obligations import ObligationStatus
from projections.postvention import POSTVENTION
from samples.demo.narrator import Narrator
from samples.demo.story import Step
from samples.demo.the_parent.weeks_after import told_late
from service.log.verify import Verification
from service.runtime import clock

ASKED_BY_DANGER: dict[ObligationKind, str] = {
    ObligationKind.NALOXONE: "naloxone",
    ObligationKind.CRISIS_CARD: "a crisis card",
}


class ParentsNarrator(Narrator):
    """One telling of the parent's story."""

    async def tell(self, verify: Callable[[], Awaitable[Verification]]) -> bool:
        """The whole story as it went, then looked back upon, then what was told late; whether all fits."""
        for name in ("way_in", "intake", "first_plan"):
            await self.chapter(name)
        before = await self.show(CARE_PLAN, "The care plan before the crisis.", as_of=self.end_of("first_plan"))
        known_before = self.last_known
        await self.chapter("lapse")
        await self._asked_by_danger("lapse")
        await self.chapter("community_centre")
        await self._asked_by_danger("community_centre")
        await self.chapter("handoffs")
        await self.show(CARE_PLAN, "The care plan after the crisis.", as_of=self.end_of("handoffs"))
        await self.show(POSTVENTION, "Its review is open: the record waits for it.", as_of=self.end_of("handoffs"))
        await self.chapter("review")
        await self.show(POSTVENTION, "Reviewed, and carried out by version 3 of the plan.")
        await self.chapter("four_weeks")
        await self.chapter("thirty_days")
        await self.show(MILESTONES, "A lapse starts a new stretch, and wipes nothing of the one before.")
        replays = await self._replay(before, known_before)
        await self._told_late(told_late(self.story, clock.now()))
        return self.verified(await verify()) and replays

    async def _asked_by_danger(self, chapter: str) -> None:
        """What the danger of overdose asks for, at the end of the chapter."""
        answer = await self.api.read(CARE_PLAN, as_of=self.end_of(chapter))
        assert isinstance(answer, CarePlanAnswer)
        asked = [each for each in answer.obligations if each.kind in ASKED_BY_DANGER]
        waiting = [each for each in asked if each.status in {ObligationStatus.OPEN, ObligationStatus.LATE}]
        self.console.print()
        for each in waiting:
            due = self.fmt.moment(each.due_at)
            self.console.print(f"  The plan asks for {ASKED_BY_DANGER[each.kind]} by {due}.", style="yellow")
        if not waiting:
            self.console.print("  The plan asked for naloxone and a crisis card; both are with her.", style="green")

    async def _replay(self, before: Answer, known_before: datetime) -> bool:
        lapse = self.story.step("lapse").draft.occurred_at
        self.heading(
            "Back to the moment before the lapse",
            "Everything is still there. The record can be asked what had happened by any moment (as of), and what was"
            " known at any moment (as known at).",
        )
        just_before = lapse - timedelta(minutes=1)
        await self.show(MILESTONES, f"As of {self.fmt.full(just_before)}:", as_of=just_before)
        again = await self.api.read(CARE_PLAN, as_of=self.end_of("first_plan"), known_at=known_before)
        same = again == before
        self.console.print(
            "  The care plan as it was known then is, element for element, the one shown above."
            if same
            else "  The care plan as it was known then differs from the one shown above. That must not happen.",
            style="green" if same else "bold red",
        )
        return same

    async def _told_late(self, late: Step) -> None:
        self.heading(
            "What takes longer to say",
            "Today she tells Ana that there was one more evening, the one after the consult. Trust takes its time; a"
            " record of care has to allow for that. The entry takes its place where it happened. What was known until"
            " today is not rewritten.",
        )
        known_until_now = self.last_known
        await self.step(late)
        self.console.print()
        for said, known_at in (("as it was known until today", known_until_now), ("as it is known now", None)):
            answer = await self.api.read(MILESTONES, known_at=known_at)
            assert isinstance(answer, MilestonesAnswer)
            track = answer.tracks[0]
            stretches = ", ".join(f"{stretch.days}" for stretch in track.stretches)
            self.console.print(
                f"  Days in recovery, {said}:", Text(f"{track.current_days:>3}", style="bold green"),
                f"  (stretches of {stretches} days)",
            )  # fmt: skip
        await self.show(MILESTONES, "Nothing that was reached is gone; thirty days were celebrated, and still are.")
