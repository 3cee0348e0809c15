"""Projections: pure folds of effective timelines, a module or package per projection."""
