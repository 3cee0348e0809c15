"""The ground floor: clock, event loop, caches, batching, logging. It knows nothing of the rooms above."""
