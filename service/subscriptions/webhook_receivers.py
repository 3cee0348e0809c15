"""Sending to receivers, which are strangers: they may hang, lead elsewhere, answer without end, or be one of us.

httpcore is spoken to without httpx: it follows no redirect, keeps no cookie, reads no proxy from the environment, and
lets us say how a connection is made. A name is resolved once, its addresses are checked, and the connection goes to one
of those; so a name that means another address a moment later leads nowhere else. The name itself still stands in Host
and in TLS, whose certificate has to be made out for it.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, NamedTuple

import httpcore
import httpx
import structlog

from service.runtime.tracebacks import describe

ANSWER_SECONDS: Final = 15.0
"""How long a receiver may take from the connection to the headers of its answer."""

_BODY_SECONDS: Final = 1.0
_BODY_BYTES: Final = 16_384
"""As much is read of an answer's body, and dropped, so that the connection can be used again; more is cut off."""

_MOST_CONNECTIONS: Final = 400  # as many as the sender has under way, so that none waits for another
_KEPT_CONNECTIONS: Final = 20
_KEPT_SECONDS: Final = 30.0
_MOST_ADDRESSES: Final = 4
_NAT64: Final = IPv6Network("64:ff9b::/96")

Resolve = Callable[[str, int], Awaitable[Iterable[str]]]
"""From a name and a port to addresses; raises OSError."""

log = structlog.get_logger(__name__)


class Outcome(NamedTuple):
    """What came of an attempt."""

    status: int | None
    """The HTTP status of the answer; None when there was none."""
    error: str | None
    """None when it was accepted; else status, redirect, timeout, name, address, connection, tls, protocol, failed."""
    milliseconds: int
    retry_after: str | None = None
    """What the receiver answered as Retry-After, as it stood there; None where it asked for nothing."""

    @property
    def accepted(self) -> bool:
        """Whether the receiver has it: it answered 2xx."""
        return self.error is None


class AddressRefused(Exception):
    """The name of the receiver means addresses that nothing may be sent to."""


class _NameUnknown(Exception):
    """The name of the receiver means nothing."""


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet, as do those that it stands for: mapped, 6to4, NAT64."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo is not None or found.scope_id is not None or found.is_site_local:
            return False
        found = inner or found
    return found.is_global and not found.is_multicast and not found.is_reserved


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the operating system knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


_KINDS: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    ((TimeoutError, httpcore.TimeoutException), "timeout"),
    ((AddressRefused,), "address"),
    ((_NameUnknown,), "name"),
    ((httpcore.NetworkError, OSError), "connection"),
    ((httpcore.ProtocolError,), "protocol"),
)


class _CheckedConnections(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked."""

    def __init__(self, resolve: Resolve, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 as httpcore declares it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = _NameUnknown()
        for address in await self._addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = list(await self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise _NameUnknown from error
        allowed = [address for address in found if self._allow_private or is_public(address)]
        if found and not allowed:
            raise AddressRefused
        return allowed[:_MOST_ADDRESSES]

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class Receivers:
    """Posts to receivers of webhooks, over connections that are kept for a while."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        answer_seconds: float = ANSWER_SECONDS,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`allow_private` lets them be anywhere, this machine included."""
        self._answer_seconds = answer_seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_KEPT_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=_CheckedConnections(resolve, allow_private),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def post(self, url: str, headers: Mapping[str, str], content: str) -> Outcome:
        """Post to a receiver; whatever it does, there is an outcome, soon after `answer_seconds` at the latest."""
        began = time.perf_counter()
        answer = await self._post(httpx.URL(url), headers, content.encode())
        milliseconds = round((time.perf_counter() - began) * 1_000)
        if isinstance(answer, str):
            return Outcome(None, answer, milliseconds)
        return Outcome(answer.status, _judged(answer.status), milliseconds, _retry_after(answer))

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], content: bytes) -> httpcore.Response | str:
        """The answer, or which kind of failure there was instead of one."""
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = [
            (b"Host", url.netloc),
            (b"Content-Length", str(len(content)).encode()),
            (b"User-Agent", b"care-timeline"),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ]
        answer: httpcore.Response | None = None
        try:
            async with asyncio.timeout(self._answer_seconds) as deadline:
                # Connecting and the TLS handshake have a third each: what times out there is closed by httpcore, and
                # what is cancelled there is not.
                seconds = {"connect": self._answer_seconds / 3, "pool": self._answer_seconds}
                async with self._pool.stream(
                    "POST", target, headers=sent, content=content, extensions={"timeout": seconds}
                ) as answer:
                    deadline.reschedule(asyncio.get_running_loop().time() + _BODY_SECONDS)
                    await _read_a_little(answer)
        except Exception as error:  # noqa: BLE001 whatever a stranger makes happen, it is one more attempt that failed
            if answer is None:
                return _kind(error)
        return answer


async def _read_a_little(answer: httpcore.Response) -> None:
    size = 0
    async for chunk in answer.aiter_stream():
        size += len(chunk)
        if size > _BODY_BYTES:
            return


def _retry_after(answer: httpcore.Response) -> str | None:
    return next((str(said, "latin-1") for name, said in answer.headers if name.lower() == b"retry-after"), None)


def _judged(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "redirect" if 300 <= status < 400 else "status"


def _kind(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectError) and isinstance(error.__cause__, ssl.SSLError):
        return "tls"
    for kinds, name in _KINDS:
        if isinstance(error, kinds):
            return name
    log.warning("webhook_failed_unexpectedly", error=describe(error))
    return "failed"
