"""The projector keeps projections in step with the log; one for all of them."""
