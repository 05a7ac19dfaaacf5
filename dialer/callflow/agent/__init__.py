"""Agents: their desk, their phone, the engaged leg, and which campaign counts on them."""
