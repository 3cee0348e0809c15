"""The ground floor: clock, event loop, batching, logging. It knows nothing of the rooms above."""
