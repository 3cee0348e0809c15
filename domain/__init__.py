"""What care is: the events, the words, the numbers and the rules. Pure: no I/O, no clock, no randomness."""
