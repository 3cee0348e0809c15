"""A disaster, for practice: a simulated clinic is backed up while it is written to, destroyed, and restored."""
