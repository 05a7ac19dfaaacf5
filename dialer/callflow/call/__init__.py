"""A conversation: join, hold, keys, a lost phone, and who hears what."""
