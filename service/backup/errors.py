"""What can go wrong with backups."""


class BackupRefused(Exception):
    """No backup could be made; the message says why, and what to do."""


class RestoreRefused(Exception):
    """A backup cannot be restored here; the message says why, and what to do."""
