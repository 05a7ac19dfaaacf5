"""REST and WebSocket API for agents, supervisors and administrators."""
