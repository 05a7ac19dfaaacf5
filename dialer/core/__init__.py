"""What the call flow is written in: steps and timers."""
