"""What care is: the events, the words, the numbers and the rules. Pure: no I/O, no clock, no randomness."""

import domain.time_zones  # noqa: F401  before any other code of ours can ask the host for a zone
