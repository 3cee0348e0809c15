"""Logging: one JSON object a line, on standard error, without anything that was said about a client.

Texts of exceptions may quote what was being worked on, so a log tells only what kind of exception was raised
and where. Lines of libraries keep their first line, which says what happened; further ones quote.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import structlog
from pydantic_core import to_json

from service.runtime.tracebacks import frames

_QUOTING: Final = frozenset({"asyncio"})
"""Loggers whose first line already quotes: asyncio shows the arguments of the callback that failed."""

_CHATTY: Final = ("alembic", "asyncio", "asyncpg", "httpcore", "httpx", "sqlalchemy", "uvicorn.access")
"""Loggers that say too much below a warning: requests with ids of clients in their addresses, statements."""


_SELF_HANDLED: Final = ("uvicorn", "uvicorn.access")
"""Loggers to which uvicorn gives handlers of their own when it is started from a shell."""


def configure_logging(level: str = "info", stream: TextIO | None = None) -> None:
    """Send all logs, the libraries' too, to the stream (standard error unless given)."""
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamped,
            _without_texts,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_JsonLine())
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _SELF_HANDLED:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def _stamped(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["timestamp"] = _moment(datetime.now(UTC))
    return event


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _json(event: structlog.typing.EventDict, **_: Any) -> str:
    return to_json(event, fallback=str).decode()


def _without_texts(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    raised = event.pop("exc_info", None)
    if raised:
        error = raised if isinstance(raised, BaseException) else sys.exception()
        event["error"] = frames(error) if error else []
    return event


class _JsonLine(logging.Formatter):
    """A library's record in the form of our own lines."""

    def format(self, record: logging.LogRecord) -> str:
        event = "a library reports" if record.name in _QUOTING else record.getMessage().partition("\n")[0]
        line: dict[str, Any] = {"event": event, "logger": record.name, "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[1]:
            line["error"] = frames(record.exc_info[1])
        line["timestamp"] = _moment(datetime.fromtimestamp(record.created, UTC))
        return _json(line)
