"""Agents: their states and what is at their desks."""
