"""Records of calling lists: their states, those in hand, and what becomes of them after an attempt."""
