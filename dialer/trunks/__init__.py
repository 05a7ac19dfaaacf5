"""Trunks: whether they live, what they may carry, and how a number is written for them."""
