"""Following from outside: what other systems are told of what is recorded."""
