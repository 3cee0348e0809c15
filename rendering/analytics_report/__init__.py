"""The report of an organization's measures as one page: charts, the same figures as tables, and what each means."""
