"""The call flow: pure handlers that join the parts of the domain, one file per story."""
