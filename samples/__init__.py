"""A made-up clinic and a story of care, for trying the service out. Nothing of the service depends on them."""
