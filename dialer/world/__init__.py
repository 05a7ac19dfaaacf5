"""The live state and its look-ups."""
