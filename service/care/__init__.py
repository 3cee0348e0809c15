"""Recording and reading care: what the API and the command line do, in their own words."""
