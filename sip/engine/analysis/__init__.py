"""Analysis of what legs say, in a process of its own."""
