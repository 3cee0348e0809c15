"""Following the log: the one mechanism by which anything keeps up with what is recorded."""
