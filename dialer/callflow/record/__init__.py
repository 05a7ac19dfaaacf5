"""Records: claimed, given back, treated, barred."""
