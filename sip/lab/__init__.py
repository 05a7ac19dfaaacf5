"""The lab: a simulated carrier and phones."""
