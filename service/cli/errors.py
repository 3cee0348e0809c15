"""What a command raises."""


class CommandFailed(Exception):
    """What was asked cannot be done; the message says why, and what to do."""
