"""Trunks: their state, their limits, and the form of numbers for them."""
