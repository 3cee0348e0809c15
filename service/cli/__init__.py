"""The command line: one small module for each command, thin over what the service does."""
