"""Numbered events to desktops."""
