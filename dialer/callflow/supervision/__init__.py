"""What supervisors do with the work of others."""
