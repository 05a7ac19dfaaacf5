"""What the pacing is told, and what it learns."""
