"""Bytes to and from the service over a socket, as no client library would send them."""

import json
import socket
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 20.0
"""How long a test waits for what should come soon."""


@dataclass(frozen=True)
class Answer:
    """What came back for one request, or before any."""

    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self, slug: str) -> dict[str, Any]:
        """The problem, which must be of this kind and close the connection."""
        assert self.headers["content-type"] == "application/problem+json", self
        said: dict[str, Any] = json.loads(self.body)
        assert (said["type"], said["status"]) == (f"/v1/problems/{slug}", self.status), self
        assert said["detail"]
        assert self.headers["x-request-id"]
        return said


class Connection:
    """One connection to the service, which may be closed at any moment by either side."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self._received = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> bool:
        """Send it; whether the service took it."""
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def answer(self) -> Answer:
        """The next answer. Raises TimeoutError when none comes, EOFError when the connection ends without one."""
        head, _, rest = self._until(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self._received = rest
        length = int(headers.get("content-length", 0))
        while len(self._received) < length:
            self._more()
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(status.split()[1]), headers, body)

    def ended(self) -> bytes:
        """What still comes until the service closes the connection. Raises TimeoutError when it does not."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionError):
            return self._received

    def _until(self, mark: bytes) -> tuple[bytes, bytes, bytes]:
        while mark not in self._received:
            self._more()
        return self._received.partition(mark)

    def _more(self) -> None:
        data = self._socket.recv(65_536)
        if not data:
            raise EOFError
        self._received += data


def get(path: str, *headers: str) -> bytes:
    """A GET as bytes."""
    return _head("GET", path, headers) + b"\r\n"


def post(path: str, body: bytes, *headers: str) -> bytes:
    """A POST of JSON as bytes."""
    sized = (*headers, "Content-Type: application/json", f"Content-Length: {len(body)}")
    return _head("POST", path, sized) + b"\r\n" + body


def chunked(path: str, body: bytes, *headers: str, trailers: tuple[str, ...] = ()) -> bytes:
    """A POST of JSON in one chunk, with trailers after it."""
    head = _head("POST", path, (*headers, "Content-Type: application/json", "Transfer-Encoding: chunked"))
    after = "".join(f"{trailer}\r\n" for trailer in trailers)
    return head + b"\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n" + after.encode() + b"\r\n"


def _head(method: str, path: str, headers: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", "Host: care-timeline", *headers)).encode()
