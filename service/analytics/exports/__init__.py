"""Exports of analysts' rows: as files, and as answers of the API."""
