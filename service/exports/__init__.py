"""One client's record as one file that is checked offline, and such a file opened in an empty service."""
