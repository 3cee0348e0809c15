"""Tells the story of the parent: each step goes through the API, and what the API then answers is shown."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.vocabulary.obligations import ObligationKind
from projections.answers import Answer
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.milestones import MILESTONES
from projections.milestones.view import MilestonesAnswer
from projections.obligations import ObligationStatus
from projections.postvention import POSTVENTION
from projections.projection import Projection
from rendering import Formatting, render
from samples.demo.api import CareApi
from samples.demo.story import Step, Story
from samples.demo.the_parent.cast import TEAM
from service.cli.console import SafeConsole
from service.log.verify import Verification

ASKED_BY_DANGER: dict[ObligationKind, str] = {
    ObligationKind.NALOXONE: "naloxone",
    ObligationKind.CRISIS_CARD: "a crisis card",
}


class Narrator:
    """One telling of the story, to a terminal."""

    def __init__(self, api: CareApi, story: Story, console: SafeConsole) -> None:
        self._api = api
        self._story = story
        self._console = console

    async def tell(self, late: Step, verify: Callable[[], Awaitable[Verification]]) -> bool:
        """The whole story as it went, then looked back upon, then `late`, what was told late; whether all fits."""
        for name in ("way_in", "intake", "first_plan"):
            await self._chapter(name)
        before = await self._show(CARE_PLAN, "The care plan before the crisis.", as_of=self._end_of("first_plan"))
        known_before = self._last_known
        await self._chapter("lapse")
        await self._asked_by_danger("lapse")
        await self._chapter("community_centre")
        await self._asked_by_danger("community_centre")
        await self._chapter("handoffs")
        await self._show(CARE_PLAN, "The care plan after the crisis.", as_of=self._end_of("handoffs"))
        await self._show(POSTVENTION, "Its review is open: the record waits for it.", as_of=self._end_of("handoffs"))
        await self._chapter("review")
        await self._show(POSTVENTION, "Reviewed, and carried out by version 3 of the plan.")
        await self._chapter("four_weeks")
        await self._chapter("thirty_days")
        await self._show(MILESTONES, "A lapse starts a new stretch, and wipes nothing of the one before.")
        replays = await self._replay(before, known_before)
        await self._told_late(late)
        return self._verified(await verify()) and replays

    async def _chapter(self, name: str) -> None:
        chapter = self._story.chapter(name)
        self._heading(chapter.title, chapter.told)
        for step in chapter.steps:
            await self._step(step)

    async def _step(self, step: Step) -> None:
        receipt = await self._api.record(step)
        grid = Table.grid(padding=(0, 2))
        for width in (0, 16, 7):
            grid.add_column(width=width)
        grid.add_column()
        when = Text(self._fmt.moment(step.draft.occurred_at), style="dim")
        told = Text(step.told).append(f"  #{receipt.version}", style="dim cyan")
        grid.add_row("", when, Text(TEAM[step.by], style="cyan"), told)
        self._console.print(grid)

    async def _show(self, projection: Projection[Any], said: str, *, as_of: datetime | None = None) -> Answer:
        answer = await self._api.read(projection, as_of=as_of)
        self._render(projection, answer, said)
        return answer

    async def _asked_by_danger(self, chapter: str) -> None:
        """What the danger of overdose asks for, at the end of the chapter."""
        answer = await self._api.read(CARE_PLAN, as_of=self._end_of(chapter))
        assert isinstance(answer, CarePlanAnswer)
        asked = [each for each in answer.obligations if each.kind in ASKED_BY_DANGER]
        waiting = [each for each in asked if each.status in {ObligationStatus.OPEN, ObligationStatus.LATE}]
        self._console.print()
        for each in waiting:
            due = self._fmt.moment(each.due_at)
            self._console.print(f"  The plan asks for {ASKED_BY_DANGER[each.kind]} by {due}.", style="yellow")
        if not waiting:
            self._console.print("  The plan asked for naloxone and a crisis card; both are with her.", style="green")

    async def _replay(self, before: Answer, known_before: datetime) -> bool:
        lapse = self._story.step("lapse").draft.occurred_at
        self._heading(
            "Back to the moment before the lapse",
            "Everything is still there. The record can be asked what had happened by any moment (as of), and what was"
            " known at any moment (as known at).",
        )
        just_before = lapse - timedelta(minutes=1)
        await self._show(MILESTONES, f"As of {self._fmt.full(just_before)}:", as_of=just_before)
        again = await self._api.read(CARE_PLAN, as_of=self._end_of("first_plan"), known_at=known_before)
        same = again == before
        self._console.print(
            "  The care plan as it was known then is, element for element, the one shown above."
            if same
            else "  The care plan as it was known then differs from the one shown above. That must not happen.",
            style="green" if same else "bold red",
        )
        return same

    async def _told_late(self, late: Step) -> None:
        self._heading(
            "What takes longer to say",
            "Today she tells Ana that there was one more evening, the one after the consult. Trust takes its time; a"
            " record of care has to allow for that. The entry takes its place where it happened. What was known until"
            " today is not rewritten.",
        )
        known_until_now = self._last_known
        await self._step(late)
        self._console.print()
        for said, known_at in (("as it was known until today", known_until_now), ("as it is known now", None)):
            answer = await self._api.read(MILESTONES, known_at=known_at)
            assert isinstance(answer, MilestonesAnswer)
            track = answer.tracks[0]
            stretches = ", ".join(f"{stretch.days}" for stretch in track.stretches)
            self._console.print(
                f"  Days in recovery, {said}:", Text(f"{track.current_days:>3}", style="bold green"),
                f"  (stretches of {stretches} days)",
            )  # fmt: skip
        await self._show(MILESTONES, "Nothing that was reached is gone; thirty days were celebrated, and still are.")

    def _verified(self, verification: Verification) -> bool:
        self._heading("Nothing altered, nothing left out", "The digest and the leaf of every event, computed again.")
        if verification.intact:
            self._console.print(f"  ✓ {verification.events:,} events, all as they were recorded.", style="green")
        for finding in verification.findings:
            self._console.print(f"  ✗ position {finding.position}: {finding.what}", style="bold red")
        return verification.intact

    def _heading(self, title: str, told: str) -> None:
        self._console.print()
        self._console.print(Rule(Text(title, style="bold"), align="left", style="blue"))
        self._console.print(Padding(Text(told), (0, 2, 1, 2)))

    def _render(self, projection: Projection[Any], answer: Answer, said: str) -> None:
        self._console.print()
        self._console.print(Text(f"  {said}", style="bold"))
        self._console.print(render(projection.name, answer, self._fmt))

    @property
    def _fmt(self) -> Formatting:
        receipts = self._api.receipts
        last = receipts[-1].recorded_at.astimezone(self._story.time_zone)
        return Formatting(self._story.time_zone, {receipt.id: receipt.version for receipt in receipts}, last.year)

    @property
    def _last_known(self) -> datetime:
        return self._api.receipts[-1].recorded_at

    def _end_of(self, chapter: str) -> datetime:
        return max(step.draft.occurred_at for step in self._story.chapter(chapter).steps)
