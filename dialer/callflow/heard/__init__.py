"""What engines tell of legs and trunks."""
