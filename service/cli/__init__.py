"""The command line: one small module for each command, thin over what the service does.

Whatever process it starts, a command's or one that `serve` starts, imports from here first.
"""

from service.runtime.gc_tuning import collect_seldom

collect_seldom()
