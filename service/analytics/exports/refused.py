"""Why an export is not made."""


class ExportRefused(Exception):
    """The export cannot be made; the message says why, and what to do."""


class TooFewAlike(ExportRefused):
    """Too few people share what outsiders may know of them."""
