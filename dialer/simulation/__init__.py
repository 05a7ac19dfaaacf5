"""A seeded world of people, trunks and phones on a virtual clock, which runs the same core as a node."""
