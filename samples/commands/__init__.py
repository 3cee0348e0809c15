"""The commands that need the samples; the command line finds them by their entry points (pyproject.toml)."""
