"""What analysts are given: roles of their own in the database, exports, figures, reports."""
