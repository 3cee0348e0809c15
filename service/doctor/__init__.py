"""The doctor: looks whether the service can do its work, and keeps what it promises, where it is installed."""
