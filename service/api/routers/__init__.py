"""The endpoints: a router for each area, which app.py includes."""
