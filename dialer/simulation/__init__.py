"""A seeded world that runs the same core on a virtual clock."""
