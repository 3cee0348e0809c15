"""The eventsourcing library as a peer, set up as its documentation says, on the same server."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from eventsourcing.postgres import PostgresFactory

from service.database.embedded import DatabaseUrls

SCHEMA = "peer"


def environment(urls: DatabaseUrls, pool_size: int) -> dict[str, str]:
    """Its environment: the default mode. POSTGRES_ENABLE_DB_FUNCTIONS would drop its lock, and lose events."""
    url = urlsplit(urls.superuser)
    query = parse_qs(url.query)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path.removeprefix("/"),
        "POSTGRES_HOST": query["host"][0],
        "POSTGRES_PORT": query["port"][0],
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "",
        "POSTGRES_POOL_SIZE": str(pool_size),
    }


@contextmanager
def factory(urls: DatabaseUrls, *, pool_size: int) -> Iterator[PostgresFactory]:
    """Makes recorders; their connections are closed when the context ends."""
    made = PostgresFactory(environment(urls, pool_size))
    with made:
        yield made
