"""The views, by what they tell of."""
