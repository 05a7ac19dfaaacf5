"""Interactions: one handling of a contact, the agents in it, its legs, attempts and results."""
