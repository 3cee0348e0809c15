"""A deadline for every request, whatever it waits for: nobody hangs because the database does."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import DeadlineExceeded
from service.runtime.deadlines import ending_in

_RETRY_SECONDS: Final = 5
_DETAIL: Final = (
    "The service could not answer in time. If the request writes, it was either done or not; send it again as it was:"
    " nothing is recorded twice."
)
_KEPT_AS: Final = "care_timeline.deadline"


def prolong(request: Request, waits: float | None = 0) -> None:
    """Give a request that has got a step further its whole time anew, and the seconds more that it waits on purpose.

    None for one that ends by other means, and has no deadline from then on.
    """
    deadline: asyncio.Timeout = request.scope[_KEPT_AS]
    now = asyncio.get_running_loop().time()
    deadline.reschedule(None if waits is None else now + _seconds(request.scope) + waits)


class Deadline:
    """Gives a request up once it has taken as long as the settings allow, and answers 503.

    What it waits for is cancelled. An append that has set out for the database may be made all the same. Waits that
    are part of an answer, such as that for a position, end before (service/runtime/deadlines.py).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        seconds = _seconds(scope)
        deadline = scope[_KEPT_AS] = asyncio.timeout(seconds)

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with deadline:
                with ending_in(seconds):
                    await self._app(scope, receive, send_and_note)
        except TimeoutError:
            if begun or not deadline.expired():
                raise
            problem = DeadlineExceeded(_DETAIL, headers={"Retry-After": str(_RETRY_SECONDS)})
            await problem.response()(scope, receive, send)


def _seconds(scope: Scope) -> float:
    seconds: float = scope["app"].state.system.settings.request_seconds
    return seconds
