"""Contacts who answered and wait for an agent."""
