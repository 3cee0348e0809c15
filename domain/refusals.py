"""A refusal: a named rule, the field it concerns, and a sentence that says what to do instead."""

from collections.abc import Sequence
from typing import NamedTuple


class Refusal(NamedTuple):
    """One reason why something may not be recorded.

    `rule` is a stable name that machines may match; `field` is the path of the field concerned ("" for
    the whole entry); `message` is for people. None of them ever holds text written about a client.
    """

    rule: str
    field: str
    message: str


class Refused(Exception):
    """What was asked breaks one or more rules; nothing was recorded.

    `refusals` pairs each refusal with the place, counted from 0, of the draft that it concerns.
    """

    def __init__(self, refusals: Sequence[tuple[int, Refusal]]) -> None:
        super().__init__("; ".join(f"{refusal.rule}: {refusal.message}" for _, refusal in refusals))
        self.refusals = tuple(refusals)
