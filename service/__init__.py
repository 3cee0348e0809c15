"""What touches the world: the store, keys, the projector, the API and the command line."""
