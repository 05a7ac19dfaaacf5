"""Agents: their states and their desks."""
