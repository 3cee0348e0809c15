"""Charts as SVG, by matplotlib: their text is text, their title and description say in words what they show."""
