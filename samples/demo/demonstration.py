"""The demonstration: a real service on this machine, and a story told through it."""

import asyncio
import socket
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
from rich.panel import Panel
from rich.text import Text

from samples.demo.api import CareApi
from samples.demo.clinic import DemoClinic, open_clinic
from samples.demo.stories import STORIES, Offer
from samples.demo.story import Story
from service.access.caller import KeyRole
from service.bootstrap import System, connected, database
from service.cli.console import SafeConsole
from service.log.verify import verify
from service.runtime import clock
from service.serving.api import serve_api
from service.serving.opening import connected_and_projecting
from service.serving.sockets import PortTaken, address, listen
from service.settings import Settings

WIDTH = 100
"""Lines are no longer than this; less on narrower terminals."""

INTRODUCTION = (
    "This is care-timeline, a record of care that keeps every event and rewrites none. The next minute tells the story"
    " of {who}, and of those around, through the service's own HTTP API: a counselor (ana), a peer (marcus), a case"
    " manager (priya) and a prescriber (dr-osei), each with a key of their own. All of it is made up. #12 is the entry"
    " with version 12 of the client's timeline: every element of what is shown says which entry put it there."
)


class _Chosen(NamedTuple):
    offer: Offer
    story: Story


async def demonstrate(settings: Settings, console: SafeConsole, name: str, *, leave: bool) -> bool:
    """Start the service, tell the story of that name, and serve on until Ctrl-C unless asked to leave.

    Gives whether all was well.
    """
    with _listen(settings) as listening:
        async with database(settings) as addresses, connected(settings, addresses) as system:
            assert addresses.owner is not None
            clinic = await open_clinic(system, addresses.owner)
            chosen = _Chosen(STORIES[name], STORIES[name].write(uuid4(), clock.now()))
            ready = asyncio.Event()
            stopping = asyncio.Event()
            opening = partial(connected_and_projecting, settings, addresses)
            server = asyncio.create_task(serve_api(settings, opening, listening, ready.set, stopping))
            telling = asyncio.create_task(_tell(ready, system, clinic, chosen, console, address(listening)))
            try:
                await asyncio.wait({server, telling}, return_when=asyncio.FIRST_COMPLETED)
                if not telling.done():
                    console.print("Stopped before the story was told.")
                    return False
                well = await telling
                _offer_others(name, console)
                if not leave:
                    _leave_running(settings, clinic, chosen.story, console, address(listening))
                    await server
            finally:
                stopping.set()
                telling.cancel()
                await asyncio.gather(telling, server, return_exceptions=True)
            return well


async def _tell(
    ready: asyncio.Event,
    system: System,
    clinic: DemoClinic,
    chosen: _Chosen,
    console: SafeConsole,
    where: str,
) -> bool:
    await ready.wait()
    offer, story = chosen
    introduction = INTRODUCTION.format(who=offer.who)
    console.print(Panel(introduction, title=offer.title, title_align="left", border_style="cyan"))
    organization_id = clinic.organization.organization_id
    async with httpx.AsyncClient(base_url=where, timeout=30) as http:
        telling = offer.narrator(CareApi(http, story.client_id, clinic.keys), story, console)
        return await telling.tell(lambda: verify(system.store, organization_id))


def _offer_others(told: str, console: SafeConsole) -> None:
    console.print("\nOther stories, with make or with care-timeline demo --story NAME:")
    for name, offer in STORIES.items():
        if name != told:
            console.print(Text(f"  make demo STORY={name:<12}", "cyan"), offer.in_short, soft_wrap=True)


def _listen(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except PortTaken:
        return listen(settings.host, 0)


def _leave_running(settings: Settings, clinic: DemoClinic, story: Story, console: SafeConsole, where: str) -> None:
    key = clinic.keys[KeyRole.COUNSELOR]
    client = f"/v1/clients/{story.client_id}"
    command = _shown(Path(sys.prefix, "bin", "care-timeline"))
    lines = (
        ("The service answers on", where),
        ("The API is explained on", f"{where}/docs"),
    )
    console.print()
    for said, what in lines:
        console.print(f"{said:<25}", Text(what, style="bold"), soft_wrap=True)
    console.print("\nTry, in another terminal:")
    for line in (
        f"KEY={key}",
        f'curl -H "Authorization: Bearer $KEY" {where}{client}/care-plan',
        f'curl -H "Authorization: Bearer $KEY" "{where}{client}/milestones?as_of={_three_weeks_ago()}"',
        f"export CARE_TIMELINE_DATA_DIR={_shown(settings.data_dir)}",
        f'{command} summary {story.client_id} -o "{clinic.organization.name}"',
        f'{command} replay {story.client_id} -o "{clinic.organization.name}"',
        f"{command} verify",
    ):
        console.print(f"  {line}", soft_wrap=True, style="cyan")
    console.print("\nCtrl-C stops the service; the record stays in the folder.", style="dim")


def _three_weeks_ago() -> str:
    return f"{clock.now() - timedelta(weeks=3):%FT%TZ}"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
