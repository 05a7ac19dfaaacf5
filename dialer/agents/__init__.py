"""Agents: their state table, teams, offers and notices."""
