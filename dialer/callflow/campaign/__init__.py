"""Campaigns: their life, and the configuration as it changes."""
