"""The demonstration: a story of care as data, and how it is told through the service's own HTTP API."""
