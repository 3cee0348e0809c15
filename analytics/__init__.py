"""What analysts are given: measures over the projections' rows, and what keeps a person from being found. Pure."""
