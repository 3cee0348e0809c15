"""Tells a story: each step goes through the API, and what the API then answers is shown."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from projections.answers import Answer
from projections.care_plan import CARE_PLAN
from projections.milestones import MILESTONES
from projections.postvention import POSTVENTION
from projections.projection import Projection
from rendering import Formatting, render
from samples.demo.api import CareApi
from samples.demo.cast import TEAM
from samples.demo.story import Step, Story
from service.cli.console import SafeConsole
from service.log.verify import Verification


class Narrator:
    """One telling of a story, to a terminal."""

    def __init__(self, api: CareApi, story: Story, console: SafeConsole) -> None:
        self.api = api
        self.story = story
        self.console = console

    async def tell(self, verify: Callable[[], Awaitable[Verification]]) -> bool:
        """The whole story, what it comes to, and each chapter's end as it was known then; whether all fits."""
        known: list[tuple[str, datetime, Answer]] = []
        for chapter in self.story.chapters:
            await self.chapter(chapter.name)
            known.append((chapter.title, self.last_known, await self.api.read(CARE_PLAN)))
        await self.show(CARE_PLAN, "The care plan that it comes to.")
        await self.show(POSTVENTION, "The crisis, and its review.")
        await self.show(MILESTONES, "Days in recovery: nothing reached is ever wiped.")
        replays = await self._replay_each(known)
        return self.verified(await verify()) and replays

    async def _replay_each(self, known: list[tuple[str, datetime, Answer]]) -> bool:
        """Whether the care plan, as it was known at the end of each chapter, is still what it was then."""
        self.heading("Replayed", "The record can be asked what was known at any moment.")
        differing = [title for title, at, plan in known if await self.api.read(CARE_PLAN, known_at=at) != plan]
        for title in differing:
            self.console.print(f"  ✗ after “{title}” the care plan differs. That must not happen.", style="bold red")
        if not differing:
            said = f"  ✓ the care plan after each of the {len(known)} chapters is the one that was shown then."
            self.console.print(said, style="green")
        return not differing

    async def chapter(self, name: str) -> None:
        """Tell the chapter of that name, step by step."""
        chapter = self.story.chapter(name)
        self.heading(chapter.title, chapter.told)
        for step in chapter.steps:
            await self.step(step)

    async def step(self, step: Step) -> None:
        """Record the step, and tell it."""
        receipt = await self.api.record(step)
        grid = Table.grid(padding=(0, 2))
        for width in (0, 16, 7):
            grid.add_column(width=width)
        grid.add_column()
        when = Text(self.fmt.moment(step.draft.occurred_at), style="dim")
        told = Text(step.told).append(f"  #{receipt.version}", style="dim cyan")
        grid.add_row("", when, Text(TEAM[step.by], style="cyan"), told)
        self.console.print(grid)

    async def show(self, projection: Projection[Any], said: str, *, as_of: datetime | None = None) -> Answer:
        """Show what a projection answers, under a line that says what it is."""
        answer = await self.api.read(projection, as_of=as_of)
        self._render(projection, answer, said)
        return answer

    def verified(self, verification: Verification) -> bool:
        """Tell what was found; whether nothing was altered."""
        self.heading("Nothing altered, nothing left out", "The digest and the leaf of every event, computed again.")
        if verification.intact:
            self.console.print(f"  ✓ {verification.events:,} events, all as they were recorded.", style="green")
        for finding in verification.findings:
            self.console.print(f"  ✗ position {finding.position}: {finding.what}", style="bold red")
        return verification.intact

    def heading(self, title: str, told: str) -> None:
        """Begin a part of the telling."""
        self.console.print()
        self.console.print(Rule(Text(title, style="bold"), align="left", style="blue"))
        self.console.print(Padding(Text(told), (0, 2, 1, 2)))

    def _render(self, projection: Projection[Any], answer: Answer, said: str) -> None:
        self.console.print()
        self.console.print(Text(f"  {said}", style="bold"))
        self.console.print(render(projection.name, answer, self.fmt))

    @property
    def fmt(self) -> Formatting:
        """How the client's moments and entries are written."""
        receipts = self.api.receipts
        last = receipts[-1].recorded_at.astimezone(self.story.time_zone)
        return Formatting(self.story.time_zone, {receipt.id: str(receipt.version) for receipt in receipts}, last.year)

    @property
    def last_known(self) -> datetime:
        """When the last step was recorded."""
        return self.api.receipts[-1].recorded_at

    def end_of(self, chapter: str) -> datetime:
        """When the last thing in the chapter happened."""
        return max(step.draft.occurred_at for step in self.story.chapter(chapter).steps)
