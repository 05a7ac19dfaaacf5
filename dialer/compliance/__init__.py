"""Compliance: calling windows, do-not-call and the other rules checked at the instant of dialling."""
