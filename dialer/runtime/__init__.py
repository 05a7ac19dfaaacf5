"""Runtime: inbox, executor, timers and clock."""
