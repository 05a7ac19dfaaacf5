"""Campaigns: life cycle, records in hand, and the reason why nothing is dialed."""
