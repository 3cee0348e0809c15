"""Saying what went wrong without repeating what was said about a client."""

import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """What kind of exception was raised where, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
