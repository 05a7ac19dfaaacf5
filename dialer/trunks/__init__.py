"""Trunks: choice, limits, health and number format."""
