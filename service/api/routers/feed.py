"""The feed: what is recorded in an organization, for systems that follow it."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from service.access.caller import Caller
from service.access.permissions import Resource
from service.api.deadline import prolong
from service.api.dependencies import FollowingAccess, RunningSystem, authenticate
from service.api.event_stream import MEDIA_TYPE, EventStream, asks_for_stream
from service.api.feed_query import FeedAnswer, FeedQuery, LastEventId, beyond_the_end
from service.api.openapi_responses import OF_A_READ, answered, problem_responses
from service.api.problems import RoleNotAllowed, TooManyReaders
from service.api.responses import JSON, PRIVATE, json_of
from service.api.strict_route import StrictRoute
from service.bootstrap import System
from service.subscriptions.feed import BeyondTheEnd, FeedPart
from service.subscriptions.feed_event import kinds_told

T = TypeVar("T")

_STREAM: Final = {
    "schema": {"type": "string", "description": "Server-sent events: `id` is the position, `data` one event as JSON."},
    "example": "retry: 1000\n"
    'id: 1005\ndata: {"position":1005,"id":"3d4f8c1e-0b5a-4f6d-9c27-5a1e8b7d6c40","type":"session_held", …}\n\n'
    ": still here\n",
}

router = APIRouter(prefix="/v1/events", route_class=StrictRoute, tags=["Following"])


@router.get(
    "",
    summary="Follow what is recorded",
    response_model=FeedAnswer,
    responses={
        200: answered(
            "A part of the feed, or a stream of it.",
            {"Link": "With `rel=next`, where the log goes on; not on a stream."},
            content={MEDIA_TYPE: _STREAM},
        ),
        **problem_responses(*OF_A_READ, TooManyReaders),
    },
)
async def follow_events(
    request: Request,
    access: FollowingAccess,
    system: RunningSystem,
    asked: Annotated[FeedQuery, Query()],
    last_event_id: LastEventId = None,
) -> Response:
    """All events of your organization, in the order in which they were recorded.

    Positions count 1, 2, 3 without gaps, in the order of the commits, and an answer that tells of an event tells of
    all before it: whoever goes on after `next`, or after the last `id` of a stream, misses nothing and is told nothing
    twice. What you record is in the feed as soon as it is acknowledged.

    The feed names events and says nothing of what is in them. Their kind it tells to whoever may read timelines
    (`Timeline.r`) or record events of that kind; else `type` is `not_told`. With `content=true`, and a system's key
    that has `Feed.r`, it does, except for counseling notes.

    Give `wait` to have an answer wait for the next event. With `Accept: text/event-stream` the answer is a stream that
    goes on as events are recorded. It ends when the service is stopped, and after five minutes at the latest: connect
    again with the last `id` in `Last-Event-ID`, as `EventSource` does by itself.
    """
    types = asked.types
    permissions = ["Feed.s", "Feed.r"] if asked.content else ["Feed.s"]
    await authenticate(request, permissions)
    kinds = kinds_told(access.caller.permissions)
    if types and kinds is not None and not types <= kinds:
        access.caller.require(f"{Resource.TIMELINE}.r")  # to ask for a kind is to be told of it
    if await system.accesses.restricted(access.caller):
        raise RoleNotAllowed(
            "Your organization lets you see the clients of your own team alone; the feed tells of all."
        )
    try:
        if asks_for_stream(request):
            after = asked.after if last_event_id is None else last_event_id
            await system.feed.part(access.caller, after, limit=1, types=types)
            return EventStream(request, system, access, after, types, permissions, content=asked.content)
        part = await _part(request, access.caller, system, asked)
    except BeyondTheEnd as error:
        of_header = asks_for_stream(request) and last_event_id is not None
        raise beyond_the_end("Last-Event-ID" if of_header else "after", error.position) from None
    events = await system.feed_contents.told(access, part.events) if asked.content else part.events
    content = FeedAnswer(events=tuple(events), next=part.next, more=part.more, position=part.position)
    headers = {**PRIVATE, "Link": asked.link(part.next)} if part.more else dict(PRIVATE)
    return Response(json_of(content), 200, headers, JSON)


async def _part(request: Request, caller: Caller, system: System, asked: FeedQuery) -> FeedPart:
    part = await system.feed.part(caller, asked.after, limit=asked.limit, types=asked.types)
    if part.events or part.more or not asked.wait:
        return part
    prolong(request, asked.wait)
    with (
        system.feed.following(caller, part.next, asked.types) as following,
        request.app.state.requests.ended_by(following.end),
    ):
        return await _while_connected(request, following.next(limit=asked.limit, seconds=asked.wait))


async def _while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives. Raises ClientDisconnect when the caller leaves before."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait((working, leaving))


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
