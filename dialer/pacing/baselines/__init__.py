"""Rules that others use, to compare ours with: described in public, written anew."""
