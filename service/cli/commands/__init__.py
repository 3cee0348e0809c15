"""What typer reads of each command: its name, arguments and help. A module a command, which starts quickly.

What the command does, where that is more than a few lines, stands in the module of the same name in service/cli, and is
imported when the command runs.
"""
