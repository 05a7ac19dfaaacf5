"""The tick: what is dialed now, and why nothing is."""
