"""Why an export is not made."""


class ExportRefused(Exception):
    """The export cannot be made; the message says why, and what to do."""
