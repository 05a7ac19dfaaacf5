"""Call flow: pure handlers that join the domain's parts, one file per story."""
