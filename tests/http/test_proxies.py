"""Whose word is taken for where a request comes from."""

from ipaddress import ip_network
from typing import Any

import pytest

from service.serving.api import _config
from service.settings import Settings

PROXY, CALLER = "10.1.2.3", "192.0.2.7"


async def come_from(settings: Settings, connected_from: str, said: str) -> str:
    """The address that the application sees."""
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    config = _config(app, settings)  # type: ignore[arg-type]
    config.load()
    headers = [(b"x-forwarded-for", said.encode())]
    scope = {"type": "http", "client": (connected_from, 1), "scheme": "http", "headers": headers}
    await config.loaded_app(scope, None, None)
    return str(seen[0])


@pytest.mark.parametrize(
    ("trusted", "connected_from", "said", "seen"),
    [
        ([], "127.0.0.1", CALLER, "127.0.0.1"),
        ([], PROXY, CALLER, PROXY),
        (["10.0.0.0/8"], PROXY, CALLER, CALLER),
        (["10.0.0.0/8"], PROXY, f"127.0.0.1, {CALLER}, 10.9.9.9", CALLER),
        (["10.0.0.0/8"], "192.0.2.99", CALLER, "192.0.2.99"),
    ],
)
async def test_what_a_proxy_says_of_its_caller_is_believed_of_trusted_proxies_only(
    trusted: list[str], connected_from: str, said: str, seen: str
) -> None:
    settings = Settings(trusted_proxies=tuple(ip_network(each) for each in trusted))

    assert await come_from(settings, connected_from, said) == seen
