"""A simulated carrier and agents' phones: SIP user agents in a process of their own, on the same engine code."""
