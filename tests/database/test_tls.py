"""TLS to the database, as its address asks for it. The embedded server speaks none, so a server of ours stands in."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.database.connection import open_connection
from service.database.migrate import migrate

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
NAMES: dict[str, x509.GeneralName] = {
    "this host": x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    "another host": x509.DNSName("db.example.org"),
}


@pytest.mark.parametrize("connect", [open_connection, migrate])
@pytest.mark.parametrize(
    ("made_out_for", "trusted", "let_in"),
    [("this host", True, True), ("this host", False, False), ("another host", True, False)],
)
async def test_verify_full_speaks_to_nobody_but_the_host_that_the_root_certificate_vouches_for(
    tmp_path: Path, connect: Callable[[str], Awaitable[object]], made_out_for: str, trusted: bool, let_in: bool
) -> None:
    certificate = _certificate(tmp_path / "server", NAMES[made_out_for])
    root = certificate if trusted else _certificate(tmp_path / "other", NAMES[made_out_for])

    async with _server(certificate) as (port, logins):
        address = f"postgresql://app:secret@127.0.0.1:{port}/care?sslmode=verify-full&sslrootcert={root}"
        with pytest.raises(Exception, match=r"closed|verify failed|connection"):
            await asyncio.wait_for(connect(address), 10)

    assert [b"care" in login for login in logins] == [True] * let_in


@asynccontextmanager
async def _server(certificate: Path) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers a wish for TLS and notes what is said after it; its port, and what was said."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    logins: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(8) == SSL_REQUEST
        writer.write(b"S")
        try:
            await writer.start_tls(context)
            logins.append(await reader.read(1000))
        except (ssl.SSLError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], logins


def _certificate(path: Path, name: x509.GeneralName) -> Path:
    """A file with a key and a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(issuer)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
