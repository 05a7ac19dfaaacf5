"""Agents who come and go, their notices, and whose phone it is."""
