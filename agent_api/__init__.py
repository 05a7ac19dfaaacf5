"""The web side: REST and WebSocket API of the node."""
