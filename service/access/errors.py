"""Why a caller is not let in."""


class NotAuthenticated(Exception):
    """What was sent is no key or token that is good now. The message says why, as far as whoever sent it may know.

    `guessed` tells that the brake is to count it: it was never right, so it may be one of many that somebody tries.
    """

    def __init__(self, why: str, *, guessed: bool = True) -> None:
        super().__init__(why)
        self.guessed = guessed


class TooManyWrong(Exception):
    """From this address, or for this key, too many were wrong of late; another is looked at after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong keys; the next is looked at in {seconds} seconds.")
        self.seconds = seconds


class RoleMissing(Exception):
    """The token is good and gives its holder no role here; the message says where it was looked for."""
