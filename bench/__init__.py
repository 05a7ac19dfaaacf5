"""Measured comparisons, each printing JSON."""
