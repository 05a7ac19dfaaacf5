"""Dialing: records on desks, attempts, contacts dialed ahead of agents, and the same contact again."""
