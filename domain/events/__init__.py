"""Events, a module per strand of care, and the catalogue that lists them."""
