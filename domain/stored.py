"""What was recorded is taken as it stands when it is read again."""

from typing import Final


class Stored:
    """The validation context of what was recorded: it is taken as it stands, and no database that changes with the
    release (that of time zones) is asked about it again."""


STORED: Final = Stored()
