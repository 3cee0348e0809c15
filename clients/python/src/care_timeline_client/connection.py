"""Connections that send a request again where that is safe and may help."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

import httpx
import stamina

from care_timeline_client.rest import AuthenticatedClient

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
WORTH_SENDING_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed: the service asks for patience, or something on the way failed."""


class Patience(NamedTuple):
    """How long a request is sent again."""

    attempts: int = 6
    """How often it is sent at most."""
    seconds: float = 60.0
    """How long it is tried at most; what is under way by then is waited for."""
    first_wait: float = 0.2
    """Seconds before it is sent the second time; they double from then on, with some left to chance, up to 10."""


USUAL_PATIENCE: Final = Patience()


def connect(
    address: str,
    key: str,
    *,
    timeout: float = 40.0,
    patience: Patience = USUAL_PATIENCE,
    transport: httpx.BaseTransport | None = None,
    async_transport: httpx.AsyncBaseTransport | None = None,
) -> AuthenticatedClient:
    """A connection for every operation of `rest.api`, with an API key or an access token.

    `address` is the service's, such as https://care.example.org; `timeout` how many seconds one answer may take, longer
    than the service's own deadline of 30. Reads, and requests with an `Idempotency-Key`, are sent again after timeouts,
    lost connections and statuses of WORTH_SENDING_AGAIN; others are sent once, since they might be done twice. Use it
    as a context manager, `with` or `async with`.
    """
    said: dict[str, Any] = {
        "base_url": address,
        "headers": {"Authorization": f"Bearer {key}"},
        "timeout": timeout,
    }
    client = AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True)
    client.set_httpx_client(_Client(patience, transport=transport, **said))
    return client.set_async_httpx_client(_AsyncClient(patience, transport=async_transport, **said))


class WorthSendingAgain(Exception):
    """The service answered a status after which the same request may succeed."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response


class _Client(httpx.Client):
    def __init__(self, patience: Patience, **said: Any) -> None:
        super().__init__(**said)
        self._patience = patience

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send it, and again where that is safe. The body is read within, so that its loss counts as well."""
        if not may_be_sent_again(request):
            return super().send(request, **how)
        try:
            for attempt in stamina.retry_context(on=wait, **limits(self._patience)):
                with attempt:
                    return _unless_worth_sending_again(super().send(request, **how))
        except WorthSendingAgain as last:
            return last.response
        raise AssertionError("unreachable")


class _AsyncClient(httpx.AsyncClient):
    def __init__(self, patience: Patience, **said: Any) -> None:
        super().__init__(**said)
        self._patience = patience

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """As the other one does."""
        if not may_be_sent_again(request):
            return await super().send(request, **how)
        try:
            async for attempt in stamina.retry_context(on=wait, **limits(self._patience)):
                with attempt:
                    return _unless_worth_sending_again(await super().send(request, **how))
        except WorthSendingAgain as last:
            return last.response
        raise AssertionError("unreachable")


def may_be_sent_again(request: httpx.Request) -> bool:
    """Whether the request does no harm when it arrives twice."""
    return request.method in SAFE_METHODS or "Idempotency-Key" in request.headers


def _unless_worth_sending_again(response: httpx.Response) -> httpx.Response:
    if response.status_code in WORTH_SENDING_AGAIN:
        raise WorthSendingAgain(response)
    return response


def wait(error: Exception) -> bool | float:
    """Whether to send it again, after as many seconds as the service asks for, where it does."""
    if isinstance(error, WorthSendingAgain):
        return _asked_for(error.response.headers.get("Retry-After")) or True
    return isinstance(error, httpx.TransportError)


def _asked_for(retry_after: str | None) -> float:
    if retry_after is None:
        return 0.0
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return 0.0


def limits(patience: Patience) -> dict[str, Any]:
    """The same, as stamina is told it."""
    return {
        "attempts": patience.attempts,
        "timeout": patience.seconds,
        "wait_initial": patience.first_wait,
        "wait_max": 10.0,
        "wait_jitter": patience.first_wait,
    }
