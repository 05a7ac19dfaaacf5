"""The runtime: one inbox with one consumer, one writer, timers, and the clock."""
