"""What analysts find: views over the projections' rows, measures over these, and what keeps anybody from being found.

Pure: it reaches no database.
"""
