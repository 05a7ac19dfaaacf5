"""Configuration: its model, its loader and the examples."""
