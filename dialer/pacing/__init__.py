"""Pacing: how many contacts to dial now."""
