"""Campaigns: life cycle, records in hand, and the reason why no record is dialed."""
