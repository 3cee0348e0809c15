"""What analysts find: views over the projections' rows, and measures over these. Pure: it reaches no database."""
