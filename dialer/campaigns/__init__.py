"""Campaigns: their state table, modes and rules."""
