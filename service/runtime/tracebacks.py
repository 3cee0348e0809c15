"""Saying what went wrong without repeating what was said about a client."""

import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """What kind of exception was raised where, without its text."""
    found = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(found[-1].filename).name}:{found[-1].lineno}" if found else ""
    return f"{type(error).__name__}{where}"


def frames(error: BaseException) -> list[str]:
    """What kind of exception was raised where, and what had led to it; no text of it."""
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(cause.__traceback__)]
        chain.append(" < ".join([type(cause).__qualname__, *reversed(places)]))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return chain
