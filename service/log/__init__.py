"""The log: sealed events, appended in one order per organization and never changed."""
