"""Answering Prometheus, on a port of its own.

Not beside the API: what a proxy passes on there is public, a scraper has no key of any organization, and with several
workers on one socket a scrape would reach any of them. So each process counts in files of one folder (the library's
multiprocess mode), and the process that was started adds them up for whoever asks.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from service.serving.sockets import CannotListen

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which the library, and the processes that are started here, know the folder."""

log = structlog.get_logger(__name__)


@contextmanager
def answering_scrapers(host: str, port: int | None) -> Iterator[None]:
    """Meanwhile, answer scrapers in a thread, at /metrics; nothing is done without a port. Raises CannotListen.

    Counters begin at 0 with each start of the service, not with that of one of its processes.
    """
    if port is None:
        yield
        return
    folder = tempfile.mkdtemp(prefix="care-timeline-metrics-")
    os.environ[FOLDER] = folder
    try:
        with _listening(host, port, folder):
            yield
    finally:
        del os.environ[FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _listening(host: str, port: int, folder: str) -> Iterator[None]:
    from prometheus_client import CollectorRegistry, start_http_server

    from service.serving.metrics import OfAllProcesses

    registry = CollectorRegistry()
    OfAllProcesses(registry, folder)  # type: ignore[no-untyped-call]
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise CannotListen(
            f"Metrics cannot be answered on {host}, port {port} ({error.strerror}): choose others with"
            " CARE_TIMELINE_METRICS_HOST and CARE_TIMELINE_METRICS_PORT."
        ) from None
    log.info("metrics_answered", host=host, port=server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
