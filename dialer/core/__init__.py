"""The base of the call flow: steps, actions and timers."""
